package ui

import (
	"strconv"
	"time"

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
	case fyne.KeyF11:
		u.win.SetFullScreen(!u.win.FullScreen())
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
	case r >= '0' && r <= '9' && (u.at == routeWard || u.at == routeBed):
		u.figure(int(r-'0'), u.now())
	}
}

// together is how soon after the first a second figure must come to make one
// number with it.
const together = time.Second

// figure opens the bed of that number at once; a second figure soon after makes
// a number of two, if there is such a bed.
func (u *UI) figure(n int, now time.Time) {
	if two := 10*u.typed + n; u.typed > 0 && now.Sub(u.typedAt) < together && u.bedNumbered(two) >= 0 {
		u.typed = 0
		u.openBed(u.bedNumbered(two))
		return
	}
	u.typed, u.typedAt = n, now
	u.openBed(u.bedNumbered(n))
}

// bedNumbered finds the bed whose label is a number, "07" for 7, or else the
// n-th; -1 if there is none.
func (u *UI) bedNumbered(n int) int {
	for i := range u.view.Beds {
		if label, err := strconv.Atoi(u.view.Beds[i].Label); err == nil && label == n {
			return i
		}
	}
	if n < 1 || n > len(u.view.Beds) {
		return -1
	}
	return n - 1
}

// systemLanguage is what the desktop is set to.
func systemLanguage() string { return lang.SystemLocale().LanguageString() }
