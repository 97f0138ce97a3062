//! The bytes of a request, within limits of size and time, also where they are compressed.

use crate::answer::Refusal;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use flate2::read::MultiGzDecoder;
use futures::StreamExt;
use std::io::Read;
use std::time::Duration;

/// Bytes of a request, and of what it unpacks to.
pub(crate) const BODY_BYTES: usize = 1 << 20;
/// How long a request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

fn too_large() -> Refusal {
    Refusal::too_large(
        format!("The request is larger than {BODY_BYTES} bytes; nothing of it was kept."),
        "Send the events in several requests.",
    )
}

/// Whether a body is compressed.
///
/// # Errors
/// When it is in another way than gzip.
pub(crate) fn is_gzip(headers: &HeaderMap) -> Result<bool, Refusal> {
    let encoding = headers.get(header::CONTENT_ENCODING).map_or(&b""[..], |encoding| encoding.as_bytes());
    match encoding.trim_ascii() {
        b"" | b"identity" => Ok(false),
        b"gzip" | b"x-gzip" => Ok(true),
        other => Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("The Content-Encoding `{}` is not known here.", String::from_utf8_lossy(other)),
            "Send the body plain or with Content-Encoding: gzip.",
        )),
    }
}

/// Reads a whole body.
pub(crate) async fn read(body: Body, headers: &HeaderMap) -> Result<Vec<u8>, Refusal> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| length > BODY_BYTES as u64) {
        return Err(too_large());
    }
    let whole = async {
        let mut bytes = Vec::new();
        let mut parts = body.into_data_stream();
        while let Some(part) = parts.next().await {
            let part = part.map_err(|_| broken_off())?;
            if bytes.len() + part.len() > BODY_BYTES {
                return Err(too_large());
            }
            bytes.extend_from_slice(&part);
        }
        Ok(bytes)
    };
    tokio::time::timeout(PATIENCE, whole).await.unwrap_or_else(|_| Err(broken_off()))
}

fn broken_off() -> Refusal {
    Refusal::new(
        StatusCode::REQUEST_TIMEOUT,
        "The request did not arrive whole; nothing of it was kept.",
        "Send it again.",
    )
}

/// Unpacks gzip; never holds more than the limit, whatever it would unpack to.
pub(crate) fn unpacked(packed: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let read = MultiGzDecoder::new(packed).take(BODY_BYTES as u64 + 1).read_to_end(&mut bytes);
    if bytes.len() > BODY_BYTES {
        return Err(too_large());
    }
    match read {
        Ok(_) => Ok(bytes),
        Err(_) => Err(Refusal::unclear(
            "The body is not valid gzip; nothing of it was kept.",
            "Pack it anew, or send it without Content-Encoding.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;
    use std::io::Write;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(bytes).expect("packed");
        packer.finish().expect("packed")
    }

    #[test]
    fn a_bomb_is_refused_at_the_limit_and_what_just_fits_is_not() {
        let bomb = packed(&vec![b' '; 64 << 20]);
        assert!(bomb.len() < BODY_BYTES / 10, "{} bytes that unpack to 64 MiB", bomb.len());
        assert_eq!(unpacked(&bomb).expect_err("refused").status, StatusCode::PAYLOAD_TOO_LARGE);
        let most = vec![b'x'; BODY_BYTES];
        assert_eq!(unpacked(&packed(&most)).expect("taken"), most);
        // Members one after another are one body.
        let twice = [packed(b"a"), packed(b"b")].concat();
        assert_eq!(unpacked(&twice).expect("taken"), b"ab");
        let bombs = packed(&vec![b' '; BODY_BYTES]).repeat(50);
        assert_eq!(unpacked(&bombs).expect_err("refused").status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    proptest! {
        #[test]
        fn no_bytes_unpack_to_more_than_the_limit(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            cut in 0..300usize,
            flip in any::<u8>(),
        ) {
            for mut sent in [bytes.clone(), packed(&bytes)] {
                if let Some(byte) = sent.get_mut(cut) {
                    *byte ^= flip;
                }
                if let Ok(plain) = unpacked(&sent) {
                    prop_assert!(plain.len() <= BODY_BYTES);
                }
            }
        }
    }
}
