-- The record as it began. Times are nanoseconds since 1970 UTC; the least
-- integer stands for none. seq is the number of the transaction.

CREATE TABLE mds (
  id   INTEGER PRIMARY KEY,
  uuid BLOB NOT NULL UNIQUE
) STRICT;

-- What a device said of itself, each time it changed. body is mdib.MDS in JSON.
CREATE TABLE description (
  id   INTEGER PRIMARY KEY,
  mds  INTEGER NOT NULL REFERENCES mds,
  seq  INTEGER NOT NULL,
  at   INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX description_mds ON description (mds, id);

-- Short numbers for the metrics of a device. kind is mdib.Kind.
CREATE TABLE metric (
  id   INTEGER PRIMARY KEY,
  mds  INTEGER NOT NULL REFERENCES mds,
  ref  TEXT NOT NULL,
  kind INTEGER NOT NULL,
  UNIQUE (mds, ref)
) STRICT;

-- Newest state of each encounter; body is mdib.Encounter in JSON.
CREATE TABLE encounter (
  id      INTEGER PRIMARY KEY,
  uuid    BLOB NOT NULL UNIQUE,
  started INTEGER NOT NULL,
  ended   INTEGER, -- null while it lasts
  body    TEXT NOT NULL
) STRICT;

-- Every state that an encounter has had.
CREATE TABLE change (
  seq         INTEGER NOT NULL,
  idx         INTEGER NOT NULL,
  encounter   INTEGER NOT NULL REFERENCES encounter,
  mds         INTEGER NOT NULL REFERENCES mds,
  description INTEGER NOT NULL, -- in force then; 0 is none
  received    INTEGER NOT NULL,
  body        TEXT NOT NULL,
  PRIMARY KEY (seq, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_encounter ON change (encounter, seq, idx);

-- Which device served which encounter, from when to when.
CREATE TABLE binding (
  id        INTEGER PRIMARY KEY,
  mds       INTEGER NOT NULL REFERENCES mds,
  encounter INTEGER NOT NULL REFERENCES encounter,
  started   INTEGER NOT NULL,
  ended     INTEGER
) STRICT;
CREATE INDEX binding_mds ON binding (mds, ended);
CREATE INDEX binding_encounter ON binding (encounter);

-- Packed rows of the whole ward; bytes in the package's documentation.
CREATE TABLE numerics (
  seq      INTEGER PRIMARY KEY,
  at       INTEGER NOT NULL, -- of the transaction
  numerics INTEGER NOT NULL, -- how many in body
  enums    INTEGER NOT NULL,
  body     BLOB NOT NULL
) STRICT;

CREATE TABLE waves (
  seq     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  runs    INTEGER NOT NULL,
  samples INTEGER NOT NULL,
  body    BLOB NOT NULL
) STRICT;

-- Which packed row (kind 0 numerics, 1 waves) holds something of which ten seconds.
CREATE TABLE span (
  kind   INTEGER NOT NULL,
  bucket INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  PRIMARY KEY (kind, bucket, seq)
) STRICT, WITHOUT ROWID;

-- Alert conditions as their source told them, one row for each change.
CREATE TABLE alert (
  seq         INTEGER NOT NULL,
  idx         INTEGER NOT NULL,
  mds         INTEGER NOT NULL REFERENCES mds,
  encounter   INTEGER NOT NULL, -- 0 is none
  description INTEGER NOT NULL, -- 0 is none
  received    INTEGER NOT NULL,
  time        INTEGER NOT NULL,
  ref         TEXT NOT NULL,
  source      TEXT NOT NULL,
  system      TEXT NOT NULL,
  code        TEXT NOT NULL,
  refid       TEXT NOT NULL,
  kind        INTEGER NOT NULL,
  priority    INTEGER NOT NULL,
  provenance  INTEGER NOT NULL,
  present     INTEGER NOT NULL,
  signal      INTEGER NOT NULL,
  mode        INTEGER NOT NULL,
  text        TEXT NOT NULL,
  PRIMARY KEY (seq, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_mds ON alert (mds, time);

-- counts is mdib.LinkCounts in JSON.
CREATE TABLE link (
  seq      INTEGER NOT NULL,
  idx      INTEGER NOT NULL,
  mds      INTEGER NOT NULL REFERENCES mds,
  received INTEGER NOT NULL,
  state    INTEGER NOT NULL,
  since    INTEGER NOT NULL,
  reason   TEXT NOT NULL,
  detail   TEXT NOT NULL,
  retry    INTEGER NOT NULL,
  counts   TEXT NOT NULL,
  PRIMARY KEY (seq, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_mds ON link (mds, received);

-- What is missing from the record, and why. ref is '' when it is the whole device.
CREATE TABLE gap (
  id        INTEGER PRIMARY KEY,
  mds       INTEGER NOT NULL REFERENCES mds,
  encounter INTEGER NOT NULL, -- 0 is none
  ref       TEXT NOT NULL,
  started   INTEGER NOT NULL,
  ended     INTEGER, -- null while it lasts
  reason    TEXT NOT NULL,
  samples   INTEGER NOT NULL, -- how many are known to be missing; 0 if not known
  vals      INTEGER NOT NULL
) STRICT;
CREATE INDEX gap_mds ON gap (mds, started);

-- Numerics summed up by the minute, one row per device and encounter.
-- body = uvarint(count) { uvarint(metric) uvarint(values) min max sum }, the
-- last three IEEE 754 little-endian.
CREATE TABLE roll (
  mds       INTEGER NOT NULL,
  minute    INTEGER NOT NULL, -- since 1970
  encounter INTEGER NOT NULL,
  body      BLOB NOT NULL,
  PRIMARY KEY (mds, minute, encounter)
) STRICT, WITHOUT ROWID;

-- Up to which transaction roll has been brought.
CREATE TABLE rolled (seq INTEGER NOT NULL) STRICT;
INSERT INTO rolled VALUES (0);

-- The tape's cursor of each target, and what the target refused for good.
CREATE TABLE target (
  name   TEXT PRIMARY KEY,
  cursor INTEGER NOT NULL,
  sent   INTEGER NOT NULL, -- records accepted
  acked  INTEGER NOT NULL  -- when last
) STRICT, WITHOUT ROWID;

CREATE TABLE parked (
  target TEXT NOT NULL REFERENCES target,
  id     BLOB NOT NULL,
  place  INTEGER NOT NULL, -- on the tape
  at     INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (target, id)
) STRICT, WITHOUT ROWID;
