package engine

import "github.com/tacitls/tacitls/events"

// Diagram is the machine of a role as a Mermaid state diagram: every edge that
// there is.
func Diagram(role events.Role) string {
	if role == events.Client {
		return clientMachine.Diagram()
	}
	return serverMachine.Diagram()
}
