package widget

import (
	"image/color"
	"strings"

	"lamplight/mdib"
	"lamplight/ui/theme"
)

// Alarm is one condition as a line shows it.
type Alarm struct {
	Priority     mdib.Priority
	Technical    bool
	Acknowledged bool
	Text         string
	More         int // other conditions of the same bed
}

// Active reports whether there is anything to show.
func (a Alarm) Active() bool { return a.Text != "" }

// Marks give the priority in signs, so that colour is never the only one:
// "***", "**", "*" for the patient, "!!!", "!!", "!" for the equipment.
func (a Alarm) Marks() string {
	sign := "*"
	if a.Technical {
		sign = "!"
	}
	return strings.Repeat(sign, max(1, int(a.Priority)))
}

// Flash is the state of the two flashing clocks that the whole window shares.
type Flash struct{ High, Medium bool }

// Inks are the colours of a condition: text and ground of its line, and the
// border of its tile. A condition that was acknowledged no longer flashes.
func (a Alarm) Inks(f Flash) (text, ground, edge color.RGBA) {
	switch a.Priority {
	case mdib.PriorityHigh:
		if a.Acknowledged || f.High {
			return theme.Ink(theme.OnHigh), theme.Ink(theme.High), theme.Ink(theme.HighEdge)
		}
		return theme.Ink(theme.OnHigh), theme.Ink(theme.HighDim), theme.Ink(theme.HighDim)
	case mdib.PriorityMedium:
		if a.Acknowledged || f.Medium {
			return theme.Ink(theme.OnMedium), theme.Ink(theme.Medium), theme.Ink(theme.Medium)
		}
		return theme.Ink(theme.OnMedium), theme.Ink(theme.MediumDim), theme.Ink(theme.MediumDim)
	}
	return theme.Ink(theme.OnLow), theme.Ink(theme.Low), theme.Ink(theme.LowEdge)
}

// edgeWidth of a tile in this condition.
func (a Alarm) edgeWidth() float32 {
	if a.Priority == mdib.PriorityHigh {
		return 4
	}
	return 2
}
