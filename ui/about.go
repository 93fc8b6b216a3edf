package ui

import (
	"image/color"
	"time"

	"lamplight/assets"
	"lamplight/station"
	"lamplight/ui/theme"
	"lamplight/ui/widget"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	fynewidget "fyne.io/fyne/v2/widget"
)

// aboutPage says what the program is, and what it is not.
type aboutPage struct {
	u   *UI
	box *fyne.Container
}

func newAboutPage(u *UI) *aboutPage {
	w, s := u.w, u.textScale()
	icon := canvas.NewImageFromResource(fyne.NewStaticResource("icon.png", assets.Icon()))
	icon.FillMode = canvas.ImageFillContain
	icon.SetMinSize(fyne.NewSize(72, 72))
	name := widget.NewText(28*s, true, theme.Ink(theme.Text))
	name.Text = "Lamplight"
	version := widget.NewText(15*s, false, theme.Ink(theme.Quiet))
	version.Text = w.T("about.version", u.deps.Version)
	head := container.NewHBox(icon, container.NewVBox(name, version))

	section := func(title, text string) fyne.CanvasObject {
		t := widget.NewText(16*s, true, theme.Ink(theme.Text))
		t.Text = title
		l := fynewidget.NewLabel(text)
		l.Wrapping = fyne.TextWrapWord
		return ground(container.NewVBox(t, l))
	}
	licences := w.T("about.apache")
	for _, l := range u.deps.Licences {
		licences += "\n" + l.Name + ": " + l.Licence
	}
	left := container.NewVBox(container.NewPadded(head),
		section(w.T("about.whatTitle"), w.T("about.what")), section(w.T("about.secondaryTitle"), w.T("about.secondary")))
	right := container.NewVBox(section(w.T("about.certifiedTitle"), w.T("about.certified")), section(w.T("about.licencesTitle"), licences))
	return &aboutPage{u: u, box: container.NewStack(container.NewVScroll(container.NewPadded(container.NewGridWithColumns(2, left, right))))}
}

// ground puts content on a panel.
func ground(o fyne.CanvasObject) fyne.CanvasObject {
	r := canvas.NewRectangle(theme.Ink(theme.Panel))
	r.CornerRadius, r.StrokeWidth, r.StrokeColor = tileRadius, 2, color.Color(theme.Ink(theme.PanelEdge))
	return container.NewPadded(container.NewStack(r, container.NewPadded(container.NewPadded(o))))
}

func (p *aboutPage) object() fyne.CanvasObject     { return p.box }
func (p *aboutPage) show(*station.View, time.Time) {}
func (p *aboutPage) frame(time.Time, bool)         {}
func (p *aboutPage) key(fyne.KeyName) bool         { return false }
func (p *aboutPage) keys() []widget.Key {
	return []widget.Key{{Cap: "Esc", Does: p.u.w.T("page.ward")}, {Cap: "?", Does: p.u.w.T("do.allKeys")}}
}
