-- One row that every change to people takes first, so that such changes come one after another.
CREATE TABLE people (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;

INSERT INTO people (id, version) VALUES (1, 0);

CREATE TABLE users (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    created_at_us INTEGER NOT NULL,
    disabled_at_us INTEGER
) STRICT;

-- A department where the role has one, else an empty text.
CREATE TABLE grants (
    user_id INTEGER NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('reader', 'member', 'lead', 'cco', 'admin')),
    department TEXT NOT NULL,
    PRIMARY KEY (user_id, role, department),
    CHECK ((role IN ('member', 'lead')) = (department <> ''))
) STRICT;

-- Who a user is to an outside provider of logins.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    PRIMARY KEY (issuer, subject)
) STRICT;

CREATE TABLE sessions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id),
    started_at_us INTEGER NOT NULL,
    seen_at_us INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_of_user ON sessions (user_id);

CREATE TABLE tokens (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    created_at_us INTEGER NOT NULL,
    expires_at_us INTEGER NOT NULL,
    last_used_at_us INTEGER,
    revoked_at_us INTEGER
) STRICT;

CREATE INDEX tokens_of_user ON tokens (user_id);

CREATE TABLE token_scopes (
    token_id INTEGER NOT NULL REFERENCES tokens (id),
    scope TEXT NOT NULL CHECK (scope IN ('ingest', 'figures', 'customers', 'work')),
    PRIMARY KEY (token_id, scope)
) STRICT;

-- One-time links: the first admin's, invitations by e-mail, new passwords of users.
CREATE TABLE links (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL UNIQUE,
    purpose TEXT NOT NULL CHECK (purpose IN ('setup', 'invitation', 'reset')),
    email TEXT,
    user_id INTEGER REFERENCES users (id),
    created_at_us INTEGER NOT NULL,
    expires_at_us INTEGER NOT NULL,
    CHECK ((purpose = 'invitation') = (email IS NOT NULL)),
    CHECK ((purpose = 'reset') = (user_id IS NOT NULL))
) STRICT;

CREATE TABLE link_grants (
    link_id INTEGER NOT NULL REFERENCES links (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('reader', 'member', 'lead', 'cco', 'admin')),
    department TEXT NOT NULL,
    PRIMARY KEY (link_id, role, department),
    CHECK ((role IN ('member', 'lead')) = (department <> ''))
) STRICT;

-- Failed logins by account and by address, both hashed.
CREATE TABLE throttles (
    subject BLOB NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_at_us INTEGER NOT NULL,
    locked_until_us INTEGER NOT NULL
) STRICT;
