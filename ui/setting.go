package ui

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lamplight/assets"
	"lamplight/station"
	"lamplight/ui/theme"
	"lamplight/ui/widget"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"
)

// settingPage changes what a person may choose. Nothing takes effect before
// Save.
type settingPage struct {
	u   *UI
	box *fyne.Container
	set func(Preferences) // fills the form
}

var (
	textScales = [...]float64{0.9, 1, 1.15, 1.3}
	intervals  = [...]time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute}
)

func newSettingPage(u *UI) *settingPage {
	p := &settingPage{u: u}
	w := u.w
	unit, fhir, token := u.newField("", w.T("setting.unitHint")), u.newField("", "https://fhir.hospital.example/r4"), u.newField("", "")
	token.Password = true
	var every, sizes, languages []string
	for _, d := range intervals {
		every = append(every, w.T("setting.seconds", strconv.Itoa(int(d/time.Second))))
	}
	for _, s := range textScales {
		sizes = append(sizes, strconv.Itoa(int(s*100+0.5))+" %")
	}
	codes := append([]string{""}, assets.Languages()...)
	for _, c := range codes {
		name := w.T("setting.system")
		if c != "" {
			name = NewWords(c).T("language.name")
		}
		languages = append(languages, name)
	}
	interval, size, language := fynewidget.NewSelect(every, nil), fynewidget.NewSelect(sizes, nil), fynewidget.NewSelect(languages, nil)
	privacy := fynewidget.NewCheck(w.T("setting.hideNames"), nil)
	data := fynewidget.NewLabel("")
	data.Truncation = fyne.TextTruncateEllipsis
	said := fynewidget.NewLabel("")
	said.Wrapping = fyne.TextWrapWord

	p.set = func(f Preferences) {
		unit.SetText(f.Unit)
		fhir.SetText(f.FHIR)
		token.SetText(f.FHIRToken)
		interval.SetSelectedIndex(nearest(intervals[:], f.NumericsEvery))
		if f.TextScale == 0 {
			f.TextScale = 1
		}
		size.SetSelectedIndex(nearest(textScales[:], f.TextScale))
		language.SetSelectedIndex(0)
		for i, c := range codes {
			if c == f.Language {
				language.SetSelectedIndex(i)
			}
		}
		privacy.SetChecked(f.HideNames)
		data.SetText(f.DataDir)
	}
	save := func() {
		f := u.preferences()
		f.Unit, f.FHIR, f.FHIRToken = strings.TrimSpace(unit.Text), strings.TrimSpace(fhir.Text), strings.TrimSpace(token.Text)
		f.NumericsEvery, f.TextScale = intervals[max(0, interval.SelectedIndex())], textScales[max(0, size.SelectedIndex())]
		f.Language, f.HideNames = codes[max(0, language.SelectedIndex())], privacy.Checked
		if err := f.check(); err != nil {
			said.Importance = fynewidget.DangerImportance
			said.SetText(w.T(err.Error()))
			return
		}
		u.work(func() error { return u.deps.Settings.Set(f) }, func(err error) {
			if err != nil {
				said.Importance = fynewidget.DangerImportance
				said.SetText(err.Error())
				return
			}
			u.build() // in the new language and size
		})
	}
	unit.enter, fhir.enter, token.enter = save, save, save
	ok := u.newButton(w.T("do.save"), save)
	ok.Importance = fynewidget.HighImportance
	undo := u.newButton(w.T("do.undo"), func() { p.set(u.preferences()); said.SetText("") })

	group := func(title string, rows ...any) fyne.CanvasObject {
		t := widget.NewText(16*u.textScale(), true, theme.Ink(theme.Text))
		t.Text = w.T(title)
		return ground(container.NewVBox(t, container.New(&formLayout{}, formRows(rows...)...)))
	}
	title := widget.NewText(21*u.textScale(), true, theme.Ink(theme.Text))
	title.Text = w.T("page.settings")
	left := container.NewVBox(
		group("setting.station", w.T("setting.unit"), unit, w.T("setting.language"), language, w.T("setting.textSize"), size, "", privacy),
		group("setting.record", w.T("setting.data"), data))
	right := container.NewVBox(
		group("setting.hospital", w.T("setting.fhir"), fhir, w.T("setting.token"), token, w.T("setting.every"), interval),
		said, container.NewHBox(layout.NewSpacer(), undo, ok))
	p.box = container.NewBorder(container.NewPadded(container.NewPadded(title)), nil, nil, nil,
		container.NewVScroll(container.NewPadded(container.NewGridWithColumns(2, left, right))))
	if u.deps.Settings == nil {
		ok.Disable()
	}
	p.set(u.preferences())
	return p
}

// nearest finds the choice that is closest to v.
func nearest[T time.Duration | float64](choices []T, v T) int {
	best := 0
	for i, c := range choices {
		if d, e := c-v, choices[best]-v; max(d, -d) < max(e, -e) {
			best = i
		}
	}
	return best
}

// check finds an address that cannot be one. Its error is a key of the words.
func (f Preferences) check() error {
	if f.FHIR == "" {
		return nil
	}
	a, err := url.Parse(f.FHIR)
	if err != nil || a.Host == "" || a.Scheme != "http" && a.Scheme != "https" {
		return errors.New("setting.badAddress")
	}
	return nil
}

func (p *settingPage) object() fyne.CanvasObject     { return p.box }
func (p *settingPage) show(*station.View, time.Time) {}
func (p *settingPage) frame(time.Time, bool)         {}
func (p *settingPage) key(fyne.KeyName) bool         { return false }
func (p *settingPage) keys() []widget.Key {
	w := p.u.w
	return []widget.Key{{Cap: "Esc", Does: w.T("page.ward")}, {Cap: "Tab", Does: w.T("do.nextField")}, {Cap: w.T("key.enter"), Does: w.T("do.save")}, {Cap: "?", Does: w.T("do.allKeys")}}
}
