package main

import "lamplight/ui"

// licences are those of what the program is built from; docs/dependencies.md
// says why each is there.
func licences() []ui.Licence {
	return []ui.Licence{
		{Name: "Fyne", Licence: "BSD-3-Clause"},
		{Name: "Noto Sans, Inter, DejaVu (in Fyne)", Licence: "OFL-1.1, Bitstream Vera"},
		{Name: "Go and golang.org/x", Licence: "BSD-3-Clause"},
		{Name: "modernc.org/sqlite, SQLite", Licence: "BSD-3-Clause, public domain"},
		{Name: "tarm/serial", Licence: "BSD-3-Clause"},
		{Name: "google/uuid", Licence: "BSD-3-Clause"},
		{Name: "gopacket", Licence: "BSD-3-Clause"},
		{Name: "mewkiz/flac", Licence: "Unlicense"},
	}
}
