"""Tables of the history, and how to tell one from other SQLite files."""

from __future__ import annotations

APPLICATION = 0x42444E46  # "BDNF", in the header of the file
VERSION = 1

TABLES = (
    """CREATE TABLE plates (
        id INTEGER PRIMARY KEY,
        sha256 TEXT NOT NULL, place INTEGER NOT NULL, protocol TEXT NOT NULL, model TEXT NOT NULL,
        file TEXT NOT NULL, plate TEXT NOT NULL, read_at TEXT NOT NULL,
        kit TEXT NOT NULL, kit_lot TEXT NOT NULL, unit TEXT NOT NULL,
        weights TEXT, theta REAL, a REAL, b REAL, c REAL, d REAL, g REAL, zero_response REAL, top_response REAL,
        UNIQUE (sha256, place, protocol, model))""",
    """CREATE TABLE controls (
        plate_id INTEGER NOT NULL REFERENCES plates (id) ON DELETE CASCADE, position INTEGER NOT NULL,
        name TEXT NOT NULL, nominal REAL, dilution_factor REAL, lot TEXT NOT NULL, value REAL,
        PRIMARY KEY (plate_id, position))""",
    """CREATE TABLE standards (
        plate_id INTEGER NOT NULL REFERENCES plates (id) ON DELETE CASCADE, position INTEGER NOT NULL,
        nominal REAL NOT NULL, anchor INTEGER NOT NULL, responses TEXT NOT NULL,
        PRIMARY KEY (plate_id, position))""",
)
