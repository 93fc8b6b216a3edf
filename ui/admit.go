package ui

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"lamplight/mdib"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynewidget "fyne.io/fyne/v2/widget"
)

// admission is what the form holds, as it was typed.
type admission struct {
	family, given, number, birth, height, weight string
	sex, category                                int // of the selections below
	paced                                        bool
}

// patient checks the form. Its error is a key of the words.
func (a admission) patient(now time.Time) (mdib.Patient, error) {
	p := mdib.Patient{
		Family: strings.TrimSpace(a.family), Given: strings.TrimSpace(a.given), Identifier: strings.TrimSpace(a.number),
		Sex: mdib.Sex(max(0, a.sex)), Category: mdib.PatientCategory(max(0, a.category)), Paced: a.paced,
	}
	if p.Family == "" && p.Identifier == "" {
		return p, errors.New("admit.needName")
	}
	if p.Category == mdib.CategoryUnknown {
		return p, errors.New("admit.needCategory")
	}
	if s := strings.TrimSpace(a.birth); s != "" {
		t, err := time.ParseInLocation("2006-01-02", s, time.Local)
		if err != nil {
			return p, errors.New("admit.badBirth")
		}
		if t.After(now) || now.Year()-t.Year() > 130 {
			return p, errors.New("admit.unlikelyBirth")
		}
		p.Birth = t
	}
	var err error
	if p.HeightCm, err = measure(a.height, 20, 260); err != nil {
		return p, errors.New("admit.badHeight")
	}
	if p.WeightKg, err = measure(a.weight, 0.2, 500); err != nil {
		return p, errors.New("admit.badWeight")
	}
	return p, nil
}

// measure reads a number with a point or a comma; empty is unknown.
func measure(s string, low, high float64) (float64, error) {
	s = strings.ReplaceAll(strings.TrimSpace(s), ",", ".")
	if s == "" {
		return 0, nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v >= low && v <= high) {
		return 0, errors.New("out of range")
	}
	return v, nil
}

// askAdmit opens the form.
func (p *bedPage) askAdmit() {
	u, w := p.u, p.u.w
	bed := p.view.Label
	family, given := u.newField("", w.T("admit.family")), u.newField("", w.T("admit.given"))
	number, birth := u.newField("", w.T("admit.numberHint")), u.newField("", w.T("admit.birthHint"))
	height, weight := u.newField("", "cm"), u.newField("", "kg")
	sex := fynewidget.NewSelect([]string{w.T("sex.unknown"), w.T("sex.female"), w.T("sex.male"), w.T("sex.other")}, nil)
	sex.SetSelectedIndex(0)
	category := fynewidget.NewSelect([]string{w.T("category.choose"), w.T("category.adult"), w.T("category.paediatric"), w.T("category.neonatal")}, nil)
	category.SetSelectedIndex(int(mdib.Adult))
	paced := fynewidget.NewCheck(w.T("admit.paced"), nil)
	wrong, complain := u.newComplaint()

	submit := func() {
		a := admission{family.Text, given.Text, number.Text, birth.Text, height.Text, weight.Text, sex.SelectedIndex(), category.SelectedIndex(), paced.Checked}
		patient, err := a.patient(u.now())
		text := ""
		if err != nil {
			text = w.T(err.Error())
		} else if err = u.deps.Ward.Admit(bed, patient, u.now()); err != nil {
			text = err.Error()
		}
		if text != "" {
			complain(text)
			return
		}
		u.closeDialog()
		u.looked = time.Time{}
	}
	for _, f := range []*field{family, given, number, birth, height, weight} {
		f.enter = submit
	}
	form := container.New(&formLayout{}, formRows(
		w.T("admit.family"), family, w.T("admit.given"), given, w.T("admit.number"), number, w.T("admit.birth"), birth,
		w.T("admit.sex"), sex, w.T("admit.category"), category, w.T("admit.height"), height, w.T("admit.weight"), weight, "", paced)...)
	ok := u.newButton(w.T("do.admit"), submit)
	ok.Importance = fynewidget.HighImportance
	u.open(w.T("admit.title", bed), container.NewVBox(form, wrong), 560, u.newButton(w.T("do.cancel"), u.closeDialog), ok)
	u.win.Canvas().Focus(family)
}

func (p *bedPage) askDischarge() {
	u, bed := p.u, p.view.Label
	u.confirm("discharge.title", "discharge.text", "do.discharge", func() {
		if err := u.deps.Ward.Discharge(bed, u.now()); err != nil {
			u.tell("error.discharge", err)
			return
		}
		u.looked = time.Time{}
	})
}

// formRows makes labels of the strings among labels and fields.
func formRows(rows ...any) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, r := range rows {
		switch r := r.(type) {
		case string:
			l := fynewidget.NewLabel(r)
			l.Alignment = fyne.TextAlignTrailing
			out = append(out, l)
		case fyne.CanvasObject:
			out = append(out, r)
		}
	}
	return out
}

// formLayout stands labels in a narrow column and fields in a wide one.
type formLayout struct{}

func (formLayout) label(o []fyne.CanvasObject) (w float32) {
	for i := 0; i < len(o); i += 2 {
		w = max(w, o[i].MinSize().Width)
	}
	return w
}

func (l formLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	var h, w float32
	for i := 1; i < len(o); i += 2 {
		h += o[i].MinSize().Height + 6
		w = max(w, o[i].MinSize().Width)
	}
	return fyne.NewSize(l.label(o)+w+8, h)
}

func (l formLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	lw, y := l.label(o), float32(0)
	for i := 0; i+1 < len(o); i += 2 {
		h := o[i+1].MinSize().Height
		o[i].Move(fyne.NewPos(0, y+(h-o[i].MinSize().Height)/2))
		o[i].Resize(fyne.NewSize(lw, o[i].MinSize().Height))
		o[i+1].Move(fyne.NewPos(lw+8, y))
		o[i+1].Resize(fyne.NewSize(s.Width-lw-8, h))
		y += h + 6
	}
}
