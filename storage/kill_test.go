package storage

func recordUntilKilled(string) {}
