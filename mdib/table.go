package mdib

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// The tables. The columns of a term: the coding system (mdc, intellivue or
// lamplight), the context-free number, the reference identifier, the one of an
// older edition, the IntelliVue physio code (hexadecimal), the usual unit, LOINC,
// the label, the signal class, 1 if episodic, and where the row comes from. Of a
// unit: its term in partition 4, reference identifier, UCUM, text for the screen,
// source. Of an event: its term in partition 3, reference identifier, text, source.

//go:embed terms.csv
var termsCSV string

//go:embed units.csv
var unitsCSV string

//go:embed events.csv
var eventsCSV string

type codeKey struct {
	system string
	number uint32
}

type nomenclature struct {
	terms         []Term
	byCode        map[codeKey]Term
	byRefID       map[string]Term
	byPhysio      map[uint16]Term
	units         map[uint16]Unit
	unitsByRefID  map[string]Unit
	eventRows     []Event
	events        map[uint16]Event
	eventsByRefID map[string]Event
}

// tables reads the embedded files once. They are part of the program: a file
// that does not read is a fault of the build, which the tests find.
var tables = sync.OnceValue(func() *nomenclature {
	n, err := load(termsCSV, unitsCSV, eventsCSV)
	if err != nil {
		panic("mdib: " + err.Error())
	}
	return n
})

func load(terms, units, events string) (*nomenclature, error) {
	n := &nomenclature{
		byCode:        map[codeKey]Term{},
		byRefID:       map[string]Term{},
		byPhysio:      map[uint16]Term{},
		units:         map[uint16]Unit{},
		unitsByRefID:  map[string]Unit{},
		events:        map[uint16]Event{},
		eventsByRefID: map[string]Event{},
	}
	err := eachRow("units", units, 5, func(row []string) error {
		term, err := strconv.ParseUint(row[0], 10, 16)
		if err != nil {
			return err
		}
		u := Unit{Code: codeIn(partitionDim, uint16(term), row[1]), UCUM: row[2], Text: row[3]}
		if _, taken := n.unitsByRefID[row[1]]; taken || n.units[uint16(term)] != (Unit{}) {
			return fmt.Errorf("%s is there twice", row[1])
		}
		n.units[uint16(term)], n.unitsByRefID[row[1]] = u, u
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = eachRow("events", events, 4, func(row []string) error {
		term, err := strconv.ParseUint(row[0], 10, 16)
		if err != nil {
			return err
		}
		e := Event{Term: uint16(term), RefID: row[1], Text: row[2], Source: row[3]}
		if _, taken := n.eventsByRefID[e.RefID]; taken || n.events[e.Term] != (Event{}) {
			return fmt.Errorf("%s is there twice", e.RefID)
		}
		n.events[e.Term], n.eventsByRefID[e.RefID] = e, e
		n.eventRows = append(n.eventRows, e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return n, eachRow("terms", terms, 11, n.addTerm)
}

var systems = map[string]string{"mdc": SystemMDC, "intellivue": SystemIntelliVue, "lamplight": SystemLamplight}

func (n *nomenclature) addTerm(row []string) error {
	number, err := strconv.ParseUint(row[1], 10, 32)
	if err != nil {
		return err
	}
	var physio uint64
	if row[4] != "" {
		if physio, err = strconv.ParseUint(row[4], 16, 16); err != nil {
			return err
		}
	}
	system, ok := systems[row[0]]
	if !ok {
		return fmt.Errorf("%s: no system %q", row[2], row[0])
	}
	unit, ok := n.unitsByRefID[row[5]]
	if !ok {
		return fmt.Errorf("%s: no unit %q", row[2], row[5])
	}
	t := Term{
		System: system, Number: uint32(number), RefID: row[2], Alias: row[3], Private: system != SystemMDC,
		IntelliVue: uint16(physio), Unit: unit, LOINC: row[6], Label: row[7], Class: SignalClass(row[8]),
		Episodic: row[9] == "1", Source: row[10],
	}
	key := codeKey{system, t.Number}
	if _, taken := n.byCode[key]; taken {
		return fmt.Errorf("%s: number %d is taken", t.RefID, t.Number)
	}
	n.byCode[key] = t
	for _, name := range []string{t.RefID, t.Alias} {
		if name == "" {
			continue
		}
		if _, taken := n.byRefID[name]; taken {
			return fmt.Errorf("%s is there twice", name)
		}
		n.byRefID[name] = t
	}
	if t.IntelliVue != 0 {
		if _, taken := n.byPhysio[t.IntelliVue]; taken {
			return fmt.Errorf("%s: physio code %#04x is taken", t.RefID, t.IntelliVue)
		}
		n.byPhysio[t.IntelliVue] = t
	}
	n.terms = append(n.terms, t)
	return nil
}

// eachRow calls f for every row but the first, which names the columns.
func eachRow(file, text string, columns int, f func([]string) error) error {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = columns
	rows, err := r.ReadAll()
	if err != nil {
		return fmt.Errorf("%s.csv: %w", file, err)
	}
	for i, row := range rows {
		if i == 0 {
			continue
		}
		if err := f(row); err != nil {
			return fmt.Errorf("%s.csv, row %d: %w", file, i+1, err)
		}
	}
	return nil
}
