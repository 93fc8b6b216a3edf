// Package ui is the window: the only Fyne in the house besides the program's
// main. It pulls what it shows from the station thirty times a second, and
// touches no device, no socket and no database.
//
//	Ward ──View, Samples──▶ pulse ─▶ frame ─▶ page ─▶ widgets, one image of waves
//	Ward ◀─Acknowledge, Admit, Discharge── keys, taps, dialogs
package ui

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"lamplight/assets"
	"lamplight/mdib"
	"lamplight/station"
	"lamplight/ui/theme"
	"lamplight/ui/widget"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
)

// UI is the window with its pages. All of it belongs to Fyne's goroutine,
// except Run, Stop and the pulse.
type UI struct {
	app     fyne.App
	win     fyne.Window
	deps    Deps
	w       *Words
	present presenter
	epoch   time.Time // of all sweeps, so that they share one phase

	shell *shell
	pages map[route]page
	at    route
	view  station.View
	bed   int // the bed whose pages are shown

	typed   int // the figure that was typed last, and when
	typedAt time.Time

	flash   widget.Flash
	looked  time.Time // when the view was last taken
	second  time.Time // when what changes once a second was last shown
	frames  int
	pending atomic.Bool

	ctx     context.Context
	cancel  context.CancelFunc
	working sync.WaitGroup
	post    func(func()) // fyne.Do; tests, where that runs at once on any goroutine, have a queue
	closed  bool
	dialog  dialog.Dialog

	dialogWidth float32
}

// route names a page.
type route int

const (
	routeWard route = iota
	routeBed
	routeTrend
	routeDevices
	routeSettings
	routeAbout
)

// page is one thing to look at in the middle of the window.
type page interface {
	object() fyne.CanvasObject
	show(v *station.View, now time.Time) // ten times a second while it is seen
	frame(now time.Time, flashed bool)   // thirty times a second while it is seen
	key(k fyne.KeyName) bool             // reports whether the key meant something here
	keys() []widget.Key                  // for the foot line
}

// New makes the window; it is not shown yet.
func New(app fyne.App, deps Deps) *UI {
	if deps.Now == nil {
		deps.Now = time.Now
	}
	u := &UI{app: app, deps: deps, epoch: deps.Now(), post: fyne.Do}
	u.ctx, u.cancel = context.WithCancel(context.Background())
	app.SetIcon(fyne.NewStaticResource("icon.png", assets.Icon()))
	u.win = app.NewWindow("Lamplight")
	u.win.SetPadded(false)
	u.win.Resize(fyne.NewSize(1366, 768))
	u.win.SetCloseIntercept(u.askToClose)
	u.build()
	return u
}

// Window is for tests and for whoever must place it.
func (u *UI) Window() fyne.Window { return u.win }

// build makes all pages anew, in the language and text size that are set.
func (u *UI) build() {
	p := u.preferences()
	language := p.Language
	if language == "" {
		language = systemLanguage()
	}
	u.w = NewWords(language)
	u.present = presenter{w: u.w, hideNames: p.HideNames}
	u.app.Settings().SetTheme(theme.Theme{TextScale: float32(p.TextScale)})
	u.shell = newShell(u)
	u.pages = map[route]page{
		routeWard: newWardPage(u), routeBed: newBedPage(u), routeTrend: newTrendPage(u),
		routeDevices: newDevicePage(u), routeSettings: newSettingPage(u), routeAbout: newAboutPage(u),
	}
	u.win.SetContent(u.shell.box)
	u.win.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { u.key(e.Name) })
	u.win.Canvas().SetOnTypedRune(u.rune)
	u.visit(u.at)
}

func (u *UI) preferences() Preferences {
	if u.deps.Settings == nil {
		return Preferences{}
	}
	return u.deps.Settings.Get()
}

func (u *UI) now() time.Time { return u.deps.Now() }

// Run shows the window and returns when it was closed or ctx ended.
// It must be called from the program's main goroutine. When it returns no
// goroutine of the window is left.
func (u *UI) Run(ctx context.Context) {
	stop := context.AfterFunc(ctx, u.Stop)
	defer stop()
	if d, ok := u.app.Driver().(interface{ SetDisableScreenBlanking(bool) }); ok {
		d.SetDisableScreenBlanking(true)
	}
	var pulsing sync.WaitGroup
	pulsing.Go(func() { u.pulse(u.ctx) })
	u.win.ShowAndRun()
	u.cancel()
	pulsing.Wait()
	u.working.Wait()
}

// Stop closes the window from any goroutine. The pulse ends first: after the
// toolkit has stopped a posted frame would run on the wrong goroutine.
func (u *UI) Stop() {
	u.cancel()
	fyne.Do(u.close)
}

func (u *UI) close() {
	if u.closed {
		return
	}
	u.closed = true
	u.cancel()
	u.win.SetCloseIntercept(nil)
	u.app.Quit()
}

// Frame shows the state at now. The pulse calls it, and tests may.
func (u *UI) Frame(now time.Time) {
	u.frames++
	if d := now.Sub(u.looked); d >= 100*time.Millisecond || d < 0 {
		u.looked = now
		u.view = u.deps.Ward.View(now)
		u.bed = max(0, min(u.bed, len(u.view.Beds)-1))
		u.shell.show(&u.view, now)
		u.pages[u.at].show(&u.view, now)
	}
	f := flashAt(now)
	flashed := f != u.flash
	if u.flash = f; flashed {
		u.shell.flash(f)
	}
	u.pages[u.at].frame(now, flashed)
	if d := now.Sub(u.second); d >= time.Second || d < 0 {
		u.shell.tick(now, u.frames, d)
		u.second, u.frames = now, 0
	}
}

// flashAt gives the flashing clocks that all of the window shares: 2 Hz for
// high, 0.6 Hz for medium priority (IEC 60601-1-8), half of the time on.
func flashAt(now time.Time) widget.Flash {
	ns := now.UnixNano()
	const medium = int64(time.Second) * 5 / 3
	return widget.Flash{High: ns%int64(time.Second/2) < int64(time.Second/4), Medium: ns%medium < medium/2}
}

// visit shows a page.
func (u *UI) visit(r route) {
	if u.pages[r] == nil {
		return
	}
	u.at = r
	u.shell.content(u.pages[r].object(), r)
	u.looked = time.Time{}
	u.Frame(u.now())
	u.win.SetTitle(u.title())
}

// title tells window lists and other programs what is shown; it bears no name
// of a patient.
func (u *UI) title() string {
	t := "Lamplight: " + u.w.T(u.at.word())
	if b := u.bedView(); b != nil && (u.at == routeBed || u.at == routeTrend) {
		t += " " + b.Label
	}
	return t
}

// word is the key of the page's name.
func (r route) word() string {
	return [...]string{"page.ward", "page.bed", "page.trends", "page.devices", "page.settings", "page.about"}[r]
}

// openBed shows one bed.
func (u *UI) openBed(i int) {
	if i < 0 || i >= len(u.view.Beds) {
		return
	}
	u.bed = i
	u.visit(routeBed)
}

// bedView is the bed whose pages are shown; nil on a ward without beds.
func (u *UI) bedView() *station.BedView {
	if u.bed >= len(u.view.Beds) {
		return nil
	}
	return &u.view.Beds[u.bed]
}

// askToClose closes at once, unless a real device is being recorded.
func (u *UI) askToClose() {
	for i := range u.view.Beds {
		for _, d := range u.view.Beds[i].Devices {
			if d.Link.State == mdib.LinkConnected && u.view.Beds[i].Mode == mdib.ModeReal {
				u.confirm("close.title", "close.text", "close.yes", u.close)
				return
			}
		}
	}
	u.close()
}
