package station

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"lamplight/alarms"
	"lamplight/mdib"

	"github.com/google/uuid"
)

// Acknowledge marks one condition as seen. One that has ended meanwhile needs
// no more. The nil device names the station itself.
func (s *Station) Acknowledge(device uuid.UUID, condition mdib.Ref, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if device != uuid.Nil && s.devices[device] == nil {
		return errors.New("the device of this alarm is not part of the ward any more")
	}
	s.recordAlerts(s.engine.Acknowledge(s.passed(now), alarms.Key{MDS: device, Ref: condition}))
	return nil
}

func noBed(label string) error {
	return fmt.Errorf("there is no bed %q; choose one of the ward", label)
}

// Admit begins an encounter in an empty bed, or names the patient of one that
// began without a name. An occupied bed must be discharged first.
func (s *Station) Admit(label string, p mdib.Patient, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.bed(label)
	if b == nil {
		return noBed(label)
	}
	s.passed(now)
	if b.encounter == nil {
		s.open(b, p, b.mode())
	} else {
		e := *b.encounter
		if contradict(&e.Patient, &p) {
			return fmt.Errorf("bed %s is occupied; discharge its patient first", label)
		}
		id := e.Patient.ID
		e.Patient = merge(e.Patient, p, false)
		e.Patient.ID = id
		s.change(b, e)
	}
	b.admitted = true
	return nil
}

// mode is that of the values that come from the bed's devices.
func (b *bed) mode() mdib.GenerationMode {
	m, found := mdib.ModeReal, false
	for _, d := range b.devices {
		if d.mds != nil && (!found || d.mode() < m) {
			m, found = d.mode(), true
		}
	}
	return m
}

// Discharge ends the encounter of a bed. What its devices go on sending is
// neither shown nor kept until somebody is admitted, a device names another
// patient, or they were silent for the time Quiet.
func (s *Station) Discharge(label string, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.bed(label)
	if b == nil {
		return noBed(label)
	}
	if b.encounter == nil {
		return fmt.Errorf("bed %s is empty already", label)
	}
	b.heard = s.passed(now)
	s.close(b)
	b.discharged = len(b.devices) > 0
	return nil
}

// SetLimits puts limits in force for one metric of a bed, in its unit, until
// the encounter ends. The change is part of the record.
func (s *Station) SetLimits(label string, metric mdib.Metric, l alarms.Limits, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.bed(label)
	if b == nil {
		return noBed(label)
	}
	now = s.passed(now)
	for _, d := range b.devices {
		changes, err := s.engine.SetLimits(now, d.ID, &metric, l)
		if err != nil {
			return err
		}
		s.recordAlerts(changes)
		s.record(mdib.Report{MDS: d.ID, Received: now, Alerts: limitsSet(&metric, l, now)})
	}
	return nil
}

// limitsSet is the record of an act: information that begins and ends at once.
func limitsSet(m *mdib.Metric, l alarms.Limits, now time.Time) []mdib.AlertCondition {
	text := m.Label + " limits off"
	if l.Enabled {
		text = fmt.Sprintf("%s limits %s to %s %s, second %s to %s, priority %v, delay %v",
			m.Label, bound(l.Low), bound(l.High), m.Unit.Text, bound(l.ExtremeLow), bound(l.ExtremeHigh), l.Priority, l.Delay)
	}
	begin := mdib.AlertCondition{
		Ref: "lamplight/limits/" + m.Ref, Source: m.Ref, Kind: mdib.Technical, Provenance: mdib.FromWorkstation,
		Code:    mdib.Code{System: alarms.System, Value: "limits-set"},
		Present: true, Signal: mdib.SignalOff, Text: text, Time: now,
	}
	end := begin
	end.Present = false
	return []mdib.AlertCondition{begin, end}
}

func bound(v float64) string {
	if math.IsNaN(v) {
		return "none"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// SetBeds replaces the beds and devices. A bed that stays keeps its encounter,
// a device that stays in its bed keeps its state. A device that moves takes
// what it is along, its values stay behind. The encounter of a bed that goes
// is ended.
func (s *Station) SetBeds(beds []Bed, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now = s.passed(now)
	home, moved := map[uuid.UUID]string{}, map[uuid.UUID]*device{}
	for _, cfg := range beds {
		for _, dc := range cfg.Devices {
			home[dc.ID] = cfg.Label
		}
	}
	for _, b := range s.beds {
		if b.encounter != nil && !slices.ContainsFunc(beds, func(cfg Bed) bool { return cfg.Label == b.Label }) {
			s.close(b)
		}
		b.devices = slices.DeleteFunc(b.devices, func(d *device) bool {
			label, kept := home[d.ID]
			if kept && label == b.Label {
				return false
			}
			s.recordAlerts(s.engine.Forget(now, d.ID))
			s.record(mdib.Report{MDS: d.ID, Received: now, Encounter: &mdib.Encounter{}}) // serves none any more
			delete(s.devices, d.ID)
			if kept {
				moved[d.ID] = d
			}
			return true
		})
	}
	next := make([]*bed, len(beds))
	for i, cfg := range beds {
		b := s.bed(cfg.Label)
		if b == nil {
			b = &bed{}
		}
		b.Bed, next[i] = cfg, b
		b.devices = b.devices[:0]
		for _, dc := range cfg.Devices {
			d := s.devices[dc.ID]
			if d == nil {
				d = s.addDevice(b, dc)
				s.settle(d, moved[dc.ID])
			}
			d.DeviceConfig = dc
			b.devices = append(b.devices, d)
		}
		b.sort()
		s.match(b)
	}
	s.beds = next
}

// settle gives a device that moved to another bed what it was before.
func (s *Station) settle(d, was *device) {
	if was == nil {
		return
	}
	d.mds, d.patient, d.told, d.link, d.linked, d.last = was.mds, was.patient, was.told, was.link, was.linked, was.last
	r := mdib.Report{MDS: d.ID, Received: s.now, Describe: d.mds}
	if d.linked {
		r.Link = &d.link
	}
	s.recordAlerts(s.engine.Step(s.now, r))
}
