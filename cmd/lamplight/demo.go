package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"time"

	"lamplight/devices"
	"lamplight/devices/demo"
	"lamplight/station"
)

// startDemo plays the demo ward and opens the workstation on it, over the same
// transports and drivers as at a bedside.
func startDemo(ctx context.Context, path, data string, models devices.Registry) (*App, io.Closer, error) {
	c := Config{Unit: "Demo ward"}
	if kept, err := loadConfig(path, models); err == nil {
		c.Unit, c.Uplinks, c.Screen = kept.Unit, kept.Uplinks, kept.Screen
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	ward, err := demo.Start()
	if err != nil {
		return nil, nil, err
	}
	for _, b := range ward.Beds {
		c.Beds = append(c.Beds, BedConfig{Label: b.Label, Category: b.Patient.Category.String()})
		c.Devices = append(c.Devices, DeviceConfig{
			// The transports are new at every start; the bed is what stays.
			ID: deviceID("demo", b.Model, b.Label), Name: b.Name, Model: b.Model, Address: b.Address, Bed: b.Label, Options: b.Options,
		})
	}
	if err := c.check(models); err != nil {
		return nil, nil, errors.Join(err, ward.Close())
	}
	app, err := Start(ctx, c, models, path, data)
	if err != nil {
		return nil, nil, errors.Join(err, ward.Close())
	}
	desk := start(func(ctx context.Context) { admit(ctx, app, slices.Clone(ward.Beds)) })
	return app, demoWard{ward, desk}, nil
}

type demoWard struct {
	*demo.Ward
	desk *task
}

func (d demoWard) Close() error {
	d.desk.stop()
	return d.Ward.Close()
}

// admit is the person at the desk: an oximeter does not say whose finger it is
// on, so its patient is named by hand as soon as the bed shows values.
func admit(ctx context.Context, app *App, beds []demo.Bed) {
	t := time.NewTicker(200 * time.Millisecond)
	defer t.Stop()
	for len(beds) > 0 {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			view := app.Station.View(now)
			beds = slices.DeleteFunc(beds, func(b demo.Bed) bool {
				i := slices.IndexFunc(view.Beds, func(v station.BedView) bool { return v.Label == b.Label })
				e := view.Beds[i].Encounter
				if e == nil || e.Patient.Family == "" && b.Model == "intellivue" {
					return false // nothing has come yet, or the monitor is about to say
				}
				return e.Patient.Family != "" || app.Station.Admit(b.Label, b.Patient, now) == nil
			})
		}
	}
}
