//! A server beyond this machine is reached by TLS, and only when its certificate is known.

use crate::cluster::address_by_tls;
use crate::fixture::NOW_US;
use sqlx::{Connection, PgConnection};
use store::{Database, Error, Store};

#[tokio::test]
async fn a_server_is_reached_by_tls_when_its_certificate_is_known() {
    let (address, certificate) = address_by_tls();
    let known = format!("{address}?sslmode=verify-full&sslrootcert={certificate}");
    Store::open(&Database::parse(&known), NOW_US).await.unwrap().close().await;
    let mut connection = PgConnection::connect(&known).await.unwrap();
    let version = "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let version: String = sqlx::query_scalar(version).fetch_one(&mut connection).await.unwrap();
    assert_eq!(version, "TLSv1.3");
}

#[tokio::test]
async fn a_server_whose_certificate_nobody_knows_or_is_anothers_is_not_spoken_to() {
    let (address, certificate) = address_by_tls();
    for (wrong, said) in [
        (format!("{address}?sslmode=verify-full"), "certificate"),
        // The certificate is that of `localhost`.
        (
            format!("{address}?sslmode=verify-full&sslrootcert={certificate}")
                .replace("localhost", "127.0.0.1"),
            "certificate",
        ),
    ] {
        let told = Store::open(&Database::parse(&wrong), NOW_US).await.unwrap_err();
        assert!(matches!(told, Error::Open { .. }), "{told}");
        assert!(told.to_string().contains(said), "{told}");
    }
}
