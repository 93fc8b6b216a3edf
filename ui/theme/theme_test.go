package theme

import (
	"image/color"
	"math"
	"testing"

	"lamplight/mdib"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// contrast is the ratio of WCAG 2.1.
func contrast(a, b color.RGBA) float64 {
	light := func(c color.RGBA) float64 {
		f := func(v uint8) float64 {
			x := float64(v) / 255
			if x <= 0.04045 {
				return x / 12.92
			}
			return math.Pow((x+0.055)/1.055, 2.4)
		}
		return 0.2126*f(c.R) + 0.7152*f(c.G) + 0.0722*f(c.B)
	}
	x, y := light(a), light(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func TestWhatMustBeReadCanBeRead(t *testing.T) {
	for _, c := range []struct {
		ink, ground fyne.ThemeColorName
		least       float64
	}{
		{Text, Panel, 15}, {Quiet, Panel, 6}, {Quiet, Raised, 5.5}, {Changed, Panel, 8}, {OnSelected, Selected, 11},
		{OnHigh, High, 5.3}, {OnHigh, HighDim, 10}, {OnMedium, Medium, 11}, {OnMedium, MediumDim, 6.5}, {OnLow, Low, 8},
	} {
		if got := contrast(Ink(c.ink), Ink(c.ground)); got < c.least {
			t.Errorf("%s on %s: %.1f to 1, want %.1f", c.ink, c.ground, got, c.least)
		}
	}
	for _, c := range classes {
		if got := contrast(ClassInk(c), Ink(Panel)); got < 7 {
			t.Errorf("class %s on the panel: %.1f to 1", c, got)
		}
		if c == mdib.ClassABP && ClassInk(c) == Ink(HighEdge) {
			t.Error("a pressure has the red of an alarm")
		}
	}
}

var classes = []mdib.SignalClass{mdib.ClassECG, mdib.ClassSpO2, mdib.ClassABP, mdib.ClassPAP, mdib.ClassCVP, mdib.ClassICP, mdib.ClassNIBP, mdib.ClassResp,
	mdib.ClassCO2, mdib.ClassTemp, mdib.ClassVent, mdib.ClassGas, mdib.ClassEEG, mdib.ClassOther}

func TestEveryClassHasAColourOfItsOwn(t *testing.T) {
	seen := map[color.RGBA]mdib.SignalClass{}
	for _, c := range classes {
		ink := ClassInk(c)
		if other, ok := seen[ink]; ok {
			t.Errorf("%s and %s look the same", c, other)
		}
		seen[ink] = c
	}
	if ClassInk("a class of next year") != ClassInk(mdib.ClassOther) {
		t.Error("an unknown class is not shown as other")
	}
}

func TestFiguresAreTabular(t *testing.T) {
	for _, style := range []fyne.TextStyle{{}, {Bold: true}} {
		f, err := sfnt.Parse(Theme{}.Font(style).Content())
		if err != nil {
			t.Fatal(err)
		}
		var buf sfnt.Buffer
		var first fixed.Int26_6
		for r := '0'; r <= '9'; r++ {
			g, err := f.GlyphIndex(&buf, r)
			if err != nil || g == 0 {
				t.Fatalf("no glyph for %c: %v", r, err)
			}
			w, err := f.GlyphAdvance(&buf, g, fixed.I(1000), font.HintingNone)
			if err != nil {
				t.Fatal(err)
			}
			if first == 0 {
				first = w
			}
			if w != first {
				t.Errorf("%c is %v wide, 0 is %v", r, w, first)
			}
		}
	}
}

func TestTextSizeIsASetting(t *testing.T) {
	if got := (Theme{TextScale: 1.3}).Size(theme.SizeNameText); got <= (Theme{}).Size(theme.SizeNameText) {
		t.Errorf("larger text is %v", got)
	}
	if a, b := (Theme{TextScale: 1.3}).Size(theme.SizeNamePadding), (Theme{}).Size(theme.SizeNamePadding); a != b {
		t.Errorf("larger text changes the padding from %v to %v", b, a)
	}
}
