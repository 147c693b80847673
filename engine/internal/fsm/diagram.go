package fsm

import (
	"fmt"
	"strings"
)

// Diagram is the machine as a Mermaid state diagram, one edge a line, in the
// order of the tables.
func (m *Machine[C]) Diagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, row := range m.Rows() {
		for _, to := range row.To {
			fmt.Fprintf(&b, "    %s --> %s : %v\n", row.From.Name(), to.Name(), row.Input)
		}
	}
	return b.String()
}
