// Package theme is how Lamplight looks: a dark theme for a dim ward, with a
// colour of its own for every signal class and every alarm priority. The
// figures of the bundled Noto Sans are tabular, so numbers do not wander.
package theme

import (
	"image/color"

	"lamplight/mdib"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colour names of our own, beside those of Fyne.
const (
	Window     fyne.ThemeColorName = "lamplightWindow"
	Panel      fyne.ThemeColorName = "lamplightPanel"
	PanelEdge  fyne.ThemeColorName = "lamplightPanelEdge"
	Rail       fyne.ThemeColorName = "lamplightRail"
	Raised     fyne.ThemeColorName = "lamplightRaised" // chips and key caps
	Text       fyne.ThemeColorName = "lamplightText"
	Quiet      fyne.ThemeColorName = "lamplightQuiet"
	Faint      fyne.ThemeColorName = "lamplightFaint" // never for a value
	Selected   fyne.ThemeColorName = "lamplightSelected"
	OnSelected fyne.ThemeColorName = "lamplightOnSelected"
	Changed    fyne.ThemeColorName = "lamplightChanged" // a limit that differs from its preset
	Good       fyne.ThemeColorName = "lamplightGood"

	High       fyne.ThemeColorName = "lamplightHigh"
	HighDim    fyne.ThemeColorName = "lamplightHighDim" // the off half of its flash
	HighEdge   fyne.ThemeColorName = "lamplightHighEdge"
	OnHigh     fyne.ThemeColorName = "lamplightOnHigh"
	Medium     fyne.ThemeColorName = "lamplightMedium"
	MediumDim  fyne.ThemeColorName = "lamplightMediumDim"
	OnMedium   fyne.ThemeColorName = "lamplightOnMedium"
	Low        fyne.ThemeColorName = "lamplightLow"
	LowEdge    fyne.ThemeColorName = "lamplightLowEdge"
	OnLow      fyne.ThemeColorName = "lamplightOnLow"
	classNames                     = "lamplightClass-"
)

// ClassName is the colour name of a signal class.
func ClassName(c mdib.SignalClass) fyne.ThemeColorName {
	return fyne.ThemeColorName(classNames + string(c))
}

func hex(v uint32) color.RGBA {
	return color.RGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

// The palette. Contrasts are stated against Panel; see the theme's test.
var palette = map[fyne.ThemeColorName]color.RGBA{
	Window:     hex(0x0a0e13),
	Panel:      hex(0x10161d),
	PanelEdge:  hex(0x1b2530),
	Rail:       hex(0x0d131a),
	Raised:     hex(0x151d26),
	Text:       hex(0xe6edf3),
	Quiet:      hex(0x8b98a5),
	Faint:      hex(0x6b7885),
	Selected:   hex(0x16324a),
	OnSelected: hex(0xdff1ff),
	Changed:    hex(0x7db4ff),
	Good:       hex(0x7ee2a8),

	High:      hex(0xd50000),
	HighDim:   hex(0x6d0509),
	HighEdge:  hex(0xff1744),
	OnHigh:    hex(0xffffff),
	Medium:    hex(0xffc400),
	MediumDim: hex(0xc79a08),
	OnMedium:  hex(0x1a1400),
	Low:       hex(0x0b3c47),
	LowEdge:   hex(0x1f7f92),
	OnLow:     hex(0x7fe3f3),

	ClassName(mdib.ClassECG):   hex(0x3ddc84),
	ClassName(mdib.ClassSpO2):  hex(0x4cc9f0),
	ClassName(mdib.ClassABP):   hex(0xff7b72),
	ClassName(mdib.ClassPAP):   hex(0xffa94d),
	ClassName(mdib.ClassCVP):   hex(0x6aa9ff),
	ClassName(mdib.ClassICP):   hex(0xd9b38c),
	ClassName(mdib.ClassNIBP):  hex(0xd0d7de),
	ClassName(mdib.ClassResp):  hex(0xf2cc60),
	ClassName(mdib.ClassCO2):   hex(0xe6e1d6),
	ClassName(mdib.ClassTemp):  hex(0xc8a2ff),
	ClassName(mdib.ClassVent):  hex(0x9fd8c5),
	ClassName(mdib.ClassGas):   hex(0xe0b0d5),
	ClassName(mdib.ClassEEG):   hex(0xb7a6f0),
	ClassName(mdib.ClassOther): hex(0xb8c4d0),

	theme.ColorNameBackground:          hex(0x0a0e13),
	theme.ColorNameForeground:          hex(0xe6edf3),
	theme.ColorNameButton:              hex(0x1b2530),
	theme.ColorNameDisabledButton:      hex(0x141b23),
	theme.ColorNameDisabled:            hex(0x6b7885),
	theme.ColorNameError:               hex(0xff8a80),
	theme.ColorNameSuccess:             hex(0x7ee2a8),
	theme.ColorNameWarning:             hex(0xffc400),
	theme.ColorNameForegroundOnError:   hex(0x1a0000),
	theme.ColorNameForegroundOnPrimary: hex(0x04121f),
	theme.ColorNameForegroundOnSuccess: hex(0x00190c),
	theme.ColorNameForegroundOnWarning: hex(0x1a1400),
	theme.ColorNamePrimary:             hex(0x7db4ff),
	theme.ColorNameHyperlink:           hex(0x7db4ff),
	theme.ColorNameFocus:               {R: 0x3a, G: 0x6e, B: 0xa8, A: 0xff},
	theme.ColorNameHover:               {R: 0x12, G: 0x18, B: 0x1e, A: 0x40},
	theme.ColorNamePressed:             {R: 0x20, G: 0x28, B: 0x30, A: 0x50},
	theme.ColorNameInputBackground:     hex(0x182029),
	theme.ColorNameInputBorder:         hex(0x33414f),
	theme.ColorNamePlaceHolder:         hex(0x7c8996),
	theme.ColorNameMenuBackground:      hex(0x151d26),
	theme.ColorNameOverlayBackground:   hex(0x121a22),
	theme.ColorNameHeaderBackground:    hex(0x151d26),
	theme.ColorNameScrollBar:           hex(0x33414f),
	theme.ColorNameScrollBarBackground: hex(0x10161d),
	theme.ColorNameSelection:           hex(0x16324a),
	theme.ColorNameSeparator:           hex(0x1b2530),
	theme.ColorNameShadow:              {A: 0x38}, // light: alarms stay readable behind a dialog
}

// Theme implements fyne.Theme. TextScale multiplies every text size; 1 is normal.
type Theme struct{ TextScale float32 }

var _ fyne.Theme = Theme{}

// Color gives a colour of the palette; it is dark in every variant.
func (Theme) Color(n fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	if c, ok := palette[n]; ok {
		return c
	}
	return theme.DefaultTheme().Color(n, theme.VariantDark)
}

// Font is Fyne's bundled family.
func (Theme) Font(s fyne.TextStyle) fyne.Resource { return theme.DefaultTheme().Font(s) }

// Icon is Fyne's own.
func (Theme) Icon(n fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(n) }

// Size scales what is text and keeps what is not.
func (t Theme) Size(n fyne.ThemeSizeName) float32 {
	scale := t.TextScale
	if scale == 0 {
		scale = 1
	}
	switch n {
	case theme.SizeNameText:
		return 14 * scale
	case theme.SizeNameCaptionText:
		return 12 * scale
	case theme.SizeNameSubHeadingText:
		return 18 * scale
	case theme.SizeNameHeadingText:
		return 22 * scale
	case theme.SizeNameInputRadius, theme.SizeNameSelectionRadius:
		return 6
	}
	return theme.DefaultTheme().Size(n)
}

// Ink looks a colour up in the palette; it is RGBA so that charts may use it.
func Ink(n fyne.ThemeColorName) color.RGBA {
	if c, ok := palette[n]; ok {
		return c
	}
	return palette[ClassName(mdib.ClassOther)]
}

// ClassInk is the colour of a signal class; an unknown class is shown as other.
func ClassInk(c mdib.SignalClass) color.RGBA { return Ink(ClassName(c)) }

// Tinted is an icon in one of our colours.
func Tinted(icon fyne.Resource, n fyne.ThemeColorName) fyne.Resource {
	return theme.NewColoredResource(icon, n)
}
