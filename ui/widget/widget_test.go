package widget

import (
	"strings"
	"testing"

	"lamplight/mdib"
	"lamplight/ui/theme"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

func full() TileModel {
	return TileModel{
		Bed: "07", Name: "Tanaka, K.", Who: "M 69 y", Badge: "SIMULATED",
		Readings: []Reading{
			{Label: "HR", Value: "188", Unit: "/min", High: "120", Low: "50", Class: mdib.ClassECG, Figures: 3},
			{Label: "SpO₂", Value: "100", Unit: "%", Low: "92", Class: mdib.ClassSpO2, Figures: 3},
			{Label: "ABP", Value: "218/104", Note: "(142)", Class: mdib.ClassABP, Wide: true, Figures: 6},
			{Label: "RR", Value: "34", Class: mdib.ClassResp, Figures: 3}, {Label: "T", Value: "38.6", Class: mdib.ClassTemp, Figures: 3.5},
		},
		Traces: []Trace{{"II", mdib.ClassECG}, {"Pleth", mdib.ClassSpO2}, {"ABP", mdib.ClassABP}},
	}
}

// sizes of tiles that occur: 16 and 8 beds on both screens, one bed alone.
var sizes = []fyne.Size{{Width: 452, Height: 227}, {Width: 315, Height: 149}, {Width: 915, Height: 232}, {Width: 423, Height: 203}, {Width: 1838, Height: 950}, {Width: 225, Height: 110}}

// No text of a tile stands in another or beyond the border.
func TestTileTextsDoNotCollide(t *testing.T) {
	test.NewTempApp(t)
	m := full()
	m.Alarm = Alarm{Priority: mdib.PriorityHigh, Text: "ABP high 218 > 160 · 0:31", More: 3}
	for _, s := range sizes {
		tile := NewTile()
		tile.Resize(s)
		tile.Set(m, Flash{})
		var boxes []inkBox
		for _, o := range tile.objects {
			if x, ok := o.(*canvas.Text); ok && x.Visible() && x.Text != "" && !isTrace(tile, x) {
				boxes = append(boxes, inkOf(x))
			}
		}
		for i, a := range boxes {
			if a.x0 < 0 || a.y0 < 0 || a.x1 > s.Width || a.y1 > s.Height {
				t.Errorf("%v: %q is beyond the border: %+v", s, a.text, a)
			}
			for _, b := range boxes[i+1:] {
				if a.x0 < b.x1-1 && b.x0 < a.x1-1 && a.y0 < b.y1-1 && b.y0 < a.y1-1 {
					t.Errorf("%v: %q and %q collide: %+v %+v", s, a.text, b.text, a, b)
				}
			}
		}
	}
}

func isTrace(t *Tile, x *canvas.Text) bool {
	for _, tr := range t.traces {
		if tr == x {
			return true
		}
	}
	return false
}

// inkBox is where a text has ink: its figures, not its line.
type inkBox struct {
	text           string
	x0, y0, x1, y1 float32
}

func inkOf(x *canvas.Text) inkBox {
	_, base := fyne.CurrentApp().Driver().RenderedTextSize("0", x.TextSize, x.TextStyle, nil)
	w, p := Width(x.Text, x.TextSize, x.TextStyle), x.Position()
	left := p.X
	switch x.Alignment {
	case fyne.TextAlignTrailing:
		left += x.Size().Width - w
	case fyne.TextAlignCenter:
		left += (x.Size().Width - w) / 2
	}
	return inkBox{x.Text, left, p.Y + base - x.TextSize*capHeight, left + w, p.Y + base}
}

// What is dropped on a small tile, and what never is.
func TestSmallTileKeepsNumericsAndAlarm(t *testing.T) {
	test.NewTempApp(t)
	large, small := NewTile(), NewTile()
	m := full()
	m.Alarm = Alarm{Priority: mdib.PriorityMedium, Text: "HR high"}
	large.Resize(sizes[0])
	small.Resize(sizes[1])
	large.Set(m, Flash{})
	small.Set(m, Flash{})
	if l, s := len(large.Strips()), len(small.Strips()); l != 3 || s != 2 {
		t.Errorf("%d waves on a large tile, %d on a small one", l, s)
	}
	all := ""
	for _, o := range small.objects {
		if x, ok := o.(*canvas.Text); ok && x.Visible() {
			all += x.Text + "|"
		}
	}
	for _, want := range []string{"188|", "100|", "218/104|", "34|", "38.6|", "** HR high"} {
		if !strings.Contains(all, want) {
			t.Errorf("the small tile lost %q: %s", want, all)
		}
	}
	if strings.Contains(all, "|120|") {
		t.Errorf("the small tile still shows limits: %s", all)
	}
}

// A value keeps its size and its right edge whatever it says.
func TestValuesDoNotWander(t *testing.T) {
	test.NewTempApp(t)
	tile := NewTile()
	tile.Resize(sizes[0])
	m := full()
	tile.Set(m, Flash{})
	size, box := tile.cells[0].value.TextSize, inkOf(tile.cells[0].value)
	for _, v := range []string{"88", "9", "- ? -", "188"} {
		m = full()
		m.Readings[0].Value = v
		tile.Set(m, Flash{})
		if got := inkOf(tile.cells[0].value); tile.cells[0].value.TextSize != size || got.x1 != box.x1 {
			t.Errorf("%q: size %v instead of %v, right edge %v instead of %v", v, tile.cells[0].value.TextSize, size, got.x1, box.x1)
		}
	}
}

func TestAlarmIsNeverColourAlone(t *testing.T) {
	for _, c := range []struct {
		a    Alarm
		want string
	}{
		{Alarm{Priority: mdib.PriorityHigh}, "***"}, {Alarm{Priority: mdib.PriorityMedium}, "**"}, {Alarm{Priority: mdib.PriorityLow}, "*"},
		{Alarm{Priority: mdib.PriorityHigh, Technical: true}, "!!!"}, {Alarm{Priority: mdib.PriorityLow, Technical: true}, "!"}, {Alarm{}, "*"},
	} {
		if got := c.a.Marks(); got != c.want {
			t.Errorf("%+v is marked %q, want %q", c.a, got, c.want)
		}
	}
}

func TestAcknowledgedAlarmsDoNotFlash(t *testing.T) {
	for _, p := range []mdib.Priority{mdib.PriorityLow, mdib.PriorityMedium, mdib.PriorityHigh} {
		look := func(a Alarm, f Flash) string { x, y, z := a.Inks(f); return hexOf(x) + hexOf(y) + hexOf(z) }
		on, off := Flash{High: true, Medium: true}, Flash{}
		fresh, acked := Alarm{Priority: p}, Alarm{Priority: p, Acknowledged: true}
		if flashes := look(fresh, on) != look(fresh, off); flashes != (p > mdib.PriorityLow) {
			t.Errorf("%v flashes: %v", p, flashes)
		}
		if look(acked, on) != look(acked, off) {
			t.Errorf("%v flashes although acknowledged", p)
		}
	}
}

func hexOf(c interface{ RGBA() (r, g, b, a uint32) }) string {
	r, g, b, _ := c.RGBA()
	return string([]rune{rune(r >> 8), rune(g >> 8), rune(b >> 8)})
}

func TestElide(t *testing.T) {
	test.NewTempApp(t)
	style := fyne.TextStyle{Bold: true}
	for _, s := range []string{"", "a", "ABP high 218 > 160", "Ørsted–Ångström, Åse"} {
		for w := float32(0); w < 200; w += 7 {
			got := Elide(s, 14, style, w)
			if got != s && (Width(got, 14, style) > w || got != "" && !strings.HasSuffix(got, "…")) {
				t.Errorf("%q in %v: %q", s, w, got)
			}
		}
	}
}

// A text that says nothing new is not drawn anew.
func TestSetTextChangesOnlyWhatIsNew(t *testing.T) {
	test.NewTempApp(t)
	x := NewText(14, false, theme.Ink(theme.Text))
	SetText(x, "72", theme.Ink(theme.Text))
	if n := testing.AllocsPerRun(100, func() { SetText(x, "72", x.Color) }); n > 0 {
		t.Errorf("saying the same again costs %v allocations", n)
	}
}
