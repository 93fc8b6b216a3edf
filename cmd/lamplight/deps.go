package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lamplight/mdib"
	"lamplight/ui"
	"lamplight/uplink"

	"github.com/google/uuid"
)

// What the window asks of the rest of the program, answered by the App.

type deviceList struct{ *App }

func (d deviceList) List() []ui.Device {
	c := d.Config()
	view := d.Station.View(time.Now())
	out := make([]ui.Device, 0, len(c.Devices))
	for _, dev := range c.Devices {
		row := ui.Device{ID: dev.ID, DeviceConfig: ui.DeviceConfig{Name: dev.Name, Model: dev.Model, URL: dev.Address, Bed: dev.Bed}}
		for _, b := range view.Beds {
			for _, v := range b.Devices {
				if v.ID == dev.ID {
					row.Link, row.MDS = v.Link, v.MDS
				}
			}
		}
		out = append(out, row)
	}
	return out
}

func (d deviceList) Models() []ui.Model {
	var out []ui.Model
	for _, m := range d.App.Models.Models() {
		out = append(out, ui.Model{Name: m.Name, Title: m.Title, URLs: m.URLs})
	}
	return out
}

func (d deviceList) Found() []ui.Found {
	var known []string
	for _, c := range d.Config().Devices {
		known = append(known, c.Address)
	}
	return d.found.unknown(known, time.Now())
}

func (d deviceList) Add(c ui.DeviceConfig) error {
	return d.change(func(conf *Config) error {
		conf.addBed(c.Bed)
		conf.Devices = append(conf.Devices, DeviceConfig{ID: uuid.New(), Name: c.Name, Model: c.Model, Address: c.URL, Bed: c.Bed})
		return nil
	})
}

func (d deviceList) Edit(id uuid.UUID, c ui.DeviceConfig) error {
	return d.change(func(conf *Config) error {
		i := conf.device(id)
		if i < 0 {
			return errGone
		}
		conf.addBed(c.Bed)
		dev := &conf.Devices[i]
		dev.Name, dev.Model, dev.Address, dev.Bed = c.Name, c.Model, c.URL, c.Bed
		return nil
	})
}

func (d deviceList) Remove(id uuid.UUID) error {
	return d.change(func(conf *Config) error {
		i := conf.device(id)
		if i < 0 {
			return errGone
		}
		conf.Devices = slices.Delete(conf.Devices, i, i+1)
		return nil
	})
}

var errGone = errors.New("this device is not in the list any more; somebody else has removed it")

func (c *Config) device(id uuid.UUID) int {
	return slices.IndexFunc(c.Devices, func(d DeviceConfig) bool { return d.ID == id })
}

// addBed makes room for a bed that a device is the first to name.
func (c *Config) addBed(label string) {
	label = strings.TrimSpace(label)
	if label != "" && !slices.ContainsFunc(c.Beds, func(b BedConfig) bool { return b.Label == label }) {
		c.Beds = append(c.Beds, BedConfig{Label: label})
	}
}

// hospital is the name of the uplink that the settings page keeps.
const hospital = "hospital"

type preferences struct{ *App }

func (p preferences) Get() ui.Preferences {
	c := p.Config()
	out := ui.Preferences{Unit: c.Unit, TextScale: float64(c.Screen.TextSize), Language: c.Screen.Language,
		HideNames: c.Screen.Privacy, DataDir: p.data, NumericsEvery: time.Minute}
	if i := c.uplink(hospital); i >= 0 {
		u := c.Uplinks[i]
		out.FHIR, out.NumericsEvery = u.URL, u.every()
		if b, err := os.ReadFile(u.TokenFile); err == nil {
			out.FHIRToken = strings.TrimSpace(string(b))
		}
	}
	return out
}

func (p preferences) Set(n ui.Preferences) error {
	token := ""
	if n.FHIRToken != "" {
		token = filepath.Join(p.data, "hospital.token")
		if err := os.WriteFile(token, []byte(n.FHIRToken+"\n"), 0o600); err != nil {
			return fmt.Errorf("the token cannot be kept: %w; check the data folder", err)
		}
	}
	return p.change(func(c *Config) error {
		c.Unit = n.Unit
		c.Screen = ScreenConfig{Language: n.Language, TextSize: float32(n.TextScale), Privacy: n.HideNames}
		i := c.uplink(hospital)
		if n.FHIR == "" {
			if i >= 0 {
				c.Uplinks = slices.Delete(c.Uplinks, i, i+1)
			}
			return nil
		}
		if i < 0 {
			i = len(c.Uplinks)
			c.Uplinks = append(c.Uplinks, UplinkConfig{Name: hospital, Kind: "fhir"})
		}
		u := &c.Uplinks[i]
		u.URL, u.TokenFile, u.NumericsEvery = n.FHIR, token, Duration(n.NumericsEvery)
		return nil
	})
}

func (c *Config) uplink(name string) int {
	return slices.IndexFunc(c.Uplinks, func(u UplinkConfig) bool { return u.Name == name })
}

type syncState struct{ *App }

// Status sums up all uplinks: what is worst is shown.
func (s syncState) Status() ui.SyncStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out ui.SyncStatus
	for _, l := range s.lines {
		st := l.board.Status()
		out.Enabled = true
		out.Pending += max(st.Pending, 0)
		out.Parked += int(st.Parked)
		if out.LastContact.IsZero() || st.LastSuccess.Before(out.LastContact) {
			out.LastContact = st.LastSuccess
		}
		if st.LastError != "" {
			out.Problem = st.LastError
		}
		if st.State != uplink.Idle && st.State != uplink.Sending {
			out.OfflineSince = st.LastSuccess
			if st.LastSuccess.IsZero() {
				out.OfflineSince = s.started
			}
		}
	}
	return out
}

// history answers the trend page out of the record.
type history struct{ *App }

const patience = 10 * time.Second // with one question to the record

func ask() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), patience)
}

func (h history) Encounters(bed string, from, to time.Time) ([]mdib.Encounter, error) {
	ctx, cancel := ask()
	defer cancel()
	all, err := h.DB.Encounters(ctx)
	return slices.DeleteFunc(all, func(e mdib.Encounter) bool {
		return e.Location.Bed != bed || !e.Start.Before(to) || (!e.End.IsZero() && e.End.Before(from))
	}), err
}

func (h history) Rollups(device uuid.UUID, metric mdib.Ref, from, to time.Time, most int) ([]mdib.Rollup, error) {
	ctx, cancel := ask()
	defer cancel()
	step := max(to.Sub(from)/time.Duration(max(most, 1)), time.Second)
	return h.DB.Rollups(ctx, device, metric, from, to, step)
}

func (h history) Alerts(device uuid.UUID, from, to time.Time) ([]mdib.AlertCondition, error) {
	ctx, cancel := ask()
	defer cancel()
	return h.DB.Alerts(ctx, device, from, to)
}
