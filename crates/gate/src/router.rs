//! What a request passes: its key, a seat, its bytes, its events, the log; and the addresses that lead there.

use crate::answer::{Problem, Refusal, json_of};
use crate::body;
use crate::calls::Form;
use crate::check;
use crate::keys::Keys;
use crate::{INBOX, LIMITS, Result, openapi};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use inbox::Inbox;
use intake::{Checker, FeedPlan, Home, Imports};
use lake::{Access, Lake};
use rustc_hash::FxHashMap;
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};
use store::Store;
use tokio::sync::{Notify, Semaphore};

/// Requests whose bodies are held at a time; others wait before theirs is read.
const SEATS: usize = 16;
/// Bytes in the log after which the drain does not wait for its time.
const WAKE_BYTES: u64 = 32 << 20;

/// What takes events in. Clones share it.
#[derive(Debug, Clone)]
pub struct Gate {
    pub(crate) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) home: Home,
    pub(crate) inbox: Inbox,
    pub(crate) now_us: fn() -> i64,
    /// Told when much waits.
    pub(crate) wake: Notify,
    keys: Keys,
    seats: Semaphore,
    /// Checkers that nobody uses now, by feed.
    checkers: Mutex<FxHashMap<String, Vec<Checker>>>,
}

impl Gate {
    /// Opens the log of a home, after the place that its lake has reached. `now_us` tells the time, UTC microseconds.
    ///
    /// # Errors
    /// When the log is open in another process, or log or lake cannot be read.
    pub async fn open(home: Home, store: Store, now_us: fn() -> i64) -> Result<Self> {
        let (inbox, found) = Inbox::open(&home.folder.join(INBOX), LIMITS)?;
        if found.torn_bytes > 0 {
            eprintln!(
                "gate: {} bytes at the end of the log were never acknowledged; set aside",
                found.torn_bytes
            );
        }
        inbox.advance(reached(&home).await?)?;
        let (keys, seats, checkers) = (Keys::new(store), Semaphore::new(SEATS), Mutex::default());
        let shared = Shared { home, inbox, now_us, wake: Notify::new(), keys, seats, checkers };
        Ok(Self { shared: Arc::new(shared) })
    }
}

/// The place in the log that the lake has reached.
async fn reached(home: &Home) -> Result<u64> {
    match Lake::open(&home.folder, Access::Read).await {
        Ok(lake) => Ok(Imports::read(&lake, lake.head().await?).await?.inbox_end()),
        Err(lake::Error::Missing(_)) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

/// The addresses to which programs send events. They authenticate by key, so no page's origin is asked for; limits of
/// size are their own.
pub fn router(gate: Gate) -> Router {
    Router::new()
        .route("/v1/{call}", post(call))
        .route("/api/v1/events", post(events))
        .route("/api/v1/openapi.json", get(openapi::get))
        .with_state(gate)
}

/// `POST /v1/identify` and its like
async fn call(
    State(gate): State<Gate>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match Form::of_path(&name) {
        Some(form) => answer(gate.take(form, headers, body).await),
        None => Refusal::new(
            StatusCode::NOT_FOUND,
            format!("There is no call `{name}`."),
            "Send to /v1/identify, track, page, screen, group, alias or batch.",
        )
        .into_response(),
    }
}

/// `POST /api/v1/events`
async fn events(State(gate): State<Gate>, headers: HeaderMap, body: Body) -> Response {
    answer(gate.take(Form::of_headers(&headers), headers, body).await)
}

fn answer(taken: std::result::Result<usize, Refusal>) -> Response {
    match taken {
        Ok(count) => json_of(StatusCode::OK, &json!({"success": true, "taken": count})),
        Err(refusal) => refusal.into_response(),
    }
}

impl Gate {
    /// Takes a request in, whole or not at all; how many events it had. They survive a power cut then.
    async fn take(&self, form: Form, headers: HeaderMap, sent: Body) -> std::result::Result<usize, Refusal> {
        let shared = Arc::clone(&self.shared);
        let now_us = (shared.now_us)();
        let (silo, feed) = shared.keys.feed(&shared.home.config, &headers, now_us).await?;
        let (silo, feed) = (silo.id.get_ref().clone(), feed.id.get_ref().clone());
        let packed = body::is_gzip(&headers)?;
        let _seat = shared.seats.acquire().await.map_err(|_| failed())?;
        let bytes = body::read(sent, &headers).await?;
        let worker = Arc::clone(&shared);
        let work = move || {
            let bytes = if packed { body::unpacked(&bytes)? } else { bytes };
            worker.put(form, &headers, &bytes, (&silo, &feed))
        };
        let taken = tokio::task::spawn_blocking(work).await.map_err(|_| failed())??;
        if shared.inbox.held_bytes() >= WAKE_BYTES {
            shared.wake.notify_one();
        }
        Ok(taken)
    }
}

fn failed() -> Refusal {
    Refusal::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "The request could not be taken; nothing of it is promised.",
        "Send it again; if it stays, see what `kept serve` wrote.",
    )
}

impl Shared {
    /// Checks the events of a body and puts them into the log; returns when they are durable.
    fn put(
        &self,
        form: Form,
        headers: &HeaderMap,
        bytes: &[u8],
        (silo, feed): (&str, &str),
    ) -> std::result::Result<usize, Refusal> {
        let events = form.events(bytes, headers)?;
        let name = format!("{silo}.{feed}");
        let mut checker = self.checker(silo, feed, &name).ok_or_else(failed)?;
        let (now_us, count) = ((self.now_us)(), events.len());
        let (mut entries, mut problems) = (Vec::with_capacity(count), Vec::new());
        for (index, event) in events.into_iter().enumerate() {
            match check::message(&mut checker, &name, now_us, event) {
                Ok(message) => entries.push(message.to_bytes()),
                Err(problem) => problems.push(Problem { index, ..problem }),
            }
        }
        self.checkers().entry(name).or_default().push(checker);
        if !problems.is_empty() {
            return Err(Refusal::of_events(problems, count));
        }
        self.inbox.put(&entries.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
        Ok(count)
    }

    fn checker(&self, silo: &str, feed: &str, name: &str) -> Option<Checker> {
        if let Some(checker) = self.checkers().get_mut(name).and_then(Vec::pop) {
            return Some(checker);
        }
        let config = &self.home.config;
        let (silo, feed) = config.feeds().find(|(s, f)| s.id.get_ref() == silo && f.id.get_ref() == feed)?;
        let checker = Checker::new(&FeedPlan { config, silo, feed, import_id: 0 });
        checker.map_err(|error| eprintln!("gate: {error}")).ok()
    }

    fn checkers(&self) -> std::sync::MutexGuard<'_, FxHashMap<String, Vec<Checker>>> {
        self.checkers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
