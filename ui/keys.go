package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
)

// key handles what no focused field took.
func (u *UI) key(k fyne.KeyName) {
	if u.dialogOpen() {
		if k == fyne.KeyEscape {
			u.closeDialog()
		}
		return
	}
	if u.pages[u.at].key(k) {
		return
	}
	switch k {
	case fyne.KeyReturn, fyne.KeyEnter:
		u.shell.acknowledge(u.now())
	case fyne.KeyEscape:
		u.win.Canvas().Unfocus()
		u.visit(routeWard)
	case fyne.KeyF1:
		u.showKeys()
	case fyne.KeyF6:
		u.visit(routeTrend)
	case fyne.KeyF7:
		u.visit(routeBed)
	case fyne.KeyF8:
		u.visit(routeDevices)
	case fyne.KeyF9:
		u.visit(routeSettings)
	case fyne.KeyF12:
		u.visit(routeAbout)
	}
}

// rune handles letters and figures. They are not taken as keys: the letter that
// opens a form would then be typed into its first field as well.
func (u *UI) rune(r rune) {
	if u.dialogOpen() {
		return
	}
	if t, ok := u.pages[u.at].(interface{ rune(rune) bool }); ok && t.rune(r) {
		return
	}
	switch {
	case r == '?':
		u.showKeys()
	case r == 'n' || r == 'N':
		u.shell.next(u.now())
	case r >= '1' && r <= '9' && (u.at == routeWard || u.at == routeBed):
		u.openBed(int(r - '1'))
	}
}

// systemLanguage is what the desktop is set to.
func systemLanguage() string { return string(lang.SystemLocale().LanguageString()) }
