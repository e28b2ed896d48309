// Package ui is the screen: it shows what became of each handshake while the
// packets are still being read. It is the only place that knows tview.
//
// The screen pulls. The pump publishes a State; a painter looks at its
// revision twenty times a second and asks for one drawing if it moved. Nothing
// of the screen ever waits for the pump, nor the pump for the screen. Keys act
// on the event loop's goroutine, which alone touches the screens.
//
// Non-goals: it analyses nothing, and what it shows in words is what the
// report says (ui/report).
package ui
