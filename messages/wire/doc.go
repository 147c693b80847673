// Package wire is the presentation language of TLS (RFC 8446, Section 3.) as one walker.
//
// A structure names its fields once, in order, with the bounds of its vectors; the [Codec] it walks either reads them
// from bytes or writes them to bytes. So what is written and what is read cannot drift apart.
//
// Three rules hold everywhere. The first error sticks: later steps do nothing, so a layout needs no error checks.
// Writing never assigns through the pointers a layout hands over, so a value may be written by several readers of it
// at once. Reading allocates nothing for opaque fields, which alias the input with their capacity cut to their
// length; a list allocates in proportion to the bytes it was read from.
package wire
