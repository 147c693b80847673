// Package messages is what TLS endpoints say to each other, as values: handshake messages, extensions, alerts and the
// codepoints in them. It has no state, no cryptography and no policy.
//
// A message is a struct with one layout method that mirrors the RFC's struct line by line and both reads and writes
// it. To add a message, write a struct, its Type and its layout; to add an extension, write one struct for each role
// it plays (offer, choice, acknowledgement), its ExtensionType and its layout, and a row in extension_table.go.
//
// What is decoded aliases the bytes it was decoded from: the caller keeps them unchanged as long as the message is in
// use. Unknown codepoints are kept as they are and print as hexadecimal. Decoding is strict about form (lengths,
// bounds, trailing bytes) and has no opinion about meaning.
package messages
