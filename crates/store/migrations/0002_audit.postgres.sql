CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    at_us BIGINT NOT NULL,
    actor TEXT NOT NULL,
    verb TEXT NOT NULL,
    object TEXT NOT NULL,
    department TEXT,
    detail TEXT NOT NULL,
    hash BYTEA NOT NULL
);

CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of the audit log are never changed or removed';
END
$$;

CREATE TRIGGER audit_rows_stay BEFORE UPDATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses();

CREATE TRIGGER audit_rows_remain BEFORE DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses();

CREATE TABLE audit_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL
);

INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'));
