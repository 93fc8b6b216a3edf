package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"io/fs"
	"os"

	"lamplight/devices/all"
	"lamplight/ui"

	"fyne.io/fyne/v2/app"
)

// window opens the workstation's window and returns when it is closed.
func window(ctx context.Context, args []string, stderr io.Writer) (err error) {
	flags := flag.NewFlagSet("lamplight", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var s startFlags
	s.register(flags)
	if err := s.parse(flags, args); err != nil {
		return err
	}
	if err := checkDisplay(os.Getenv("DISPLAY")); err != nil {
		return err
	}
	a, ward, err := s.start(ctx)
	if errors.Is(err, fs.ErrNotExist) && !flagGiven(flags, "config") {
		// The first start: an empty ward, to be filled on the devices page.
		a, err = Start(ctx, Config{Unit: "My unit", Beds: []BedConfig{{Label: "1"}}, Discovery: true}, all.Registry(), s.config, s.data)
	}
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, a.Close())
		if ward != nil {
			err = errors.Join(err, ward.Close())
		}
	}()
	if s.runFor > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.runFor)
		defer cancel()
	}
	w := ui.New(app.NewWithID(appID), ui.Deps{
		Ward: a.Station, History: history{a}, Devices: deviceList{a}, Settings: preferences{a}, Sync: syncState{a}, Disk: a.disk,
		Version: version, Licences: licences(),
	})
	w.Run(ctx)
	return nil
}

func flagGiven(fs *flag.FlagSet, name string) (given bool) {
	fs.Visit(func(f *flag.Flag) { given = given || f.Name == name })
	return given
}
