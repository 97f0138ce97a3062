//! The description of what programs may send, as `OpenAPI` 3.1.

use crate::answer::json_of;
use crate::body::BODY_BYTES;
use crate::calls::CALLS;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

/// `GET /api/v1/openapi.json`
pub(crate) async fn get() -> Response {
    json_of(StatusCode::OK, &document())
}

pub(crate) fn document() -> Value {
    let mut paths = Map::new();
    for name in CALLS {
        let call = json!({"application/json": {"schema": {"$ref": "#/components/schemas/call"}}});
        paths.insert(format!("/v1/{name}"), operation(&format!("Send one {name} call"), name, &call));
    }
    let batch = json!({"application/json": {"schema": {"$ref": "#/components/schemas/batch"}}});
    paths.insert("/v1/batch".to_owned(), operation("Send calls of any kind", "batch", &batch));
    let cloud = json!({"schema": {"$ref": "#/components/schemas/cloudevent"}});
    let events = json!({
        "application/x-ndjson": {"schema": {"type": "string", "description": "a call or a CloudEvent a line"}},
        "application/cloudevents+json": cloud,
        "application/cloudevents-batch+json":
            {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/cloudevent"}}},
    });
    paths.insert("/api/v1/events".to_owned(), operation("Send calls or CloudEvents", "events", &events));
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Kept: sending events", "version": env!("CARGO_PKG_VERSION")},
        "security": [{"writeKey": []}, {"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "writeKey": {"type": "http", "scheme": "basic", "description": "the write key as user name, no password"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
            "schemas": schemas(),
        },
    })
}

fn operation(summary: &str, id: &str, content: &Value) -> Value {
    let refusal = |description: &str| {
        let schema = json!({"schema": {"$ref": "#/components/schemas/refusal"}});
        json!({"description": description, "content": {"application/json": schema}})
    };
    let taken = json!({"application/json": {"schema": {"$ref": "#/components/schemas/taken"}}});
    json!({"post": {
        "operationId": id,
        "summary": summary,
        "description": format!("Whole or not at all. At most {BODY_BYTES} bytes, also unpacked (Content-Encoding: gzip)."),
        "requestBody": {"required": true, "content": content},
        "responses": {
            "200": {"description": "every event is on disk", "content": taken},
            "400": refusal("an event cannot be read; which, where and what to do"),
            "401": refusal("no such write key"),
            "403": refusal("the token is for something else"),
            "408": refusal("the request did not arrive whole"),
            "413": refusal("too large"),
            "415": refusal("a Content-Encoding other than gzip"),
            "421": refusal("another name than this machine's"),
            "429": refusal("the log is full; Retry-After says when to send again"),
            "503": refusal("the events could not be made durable; send again"),
            "507": refusal("the disk is full; Retry-After says when to send again"),
        },
    }})
}

fn schemas() -> Value {
    let text = json!({"type": "string", "maxLength": 512});
    let call = json!({
        "type": "object",
        "properties": {
            "type": {"enum": CALLS},
            "event": text, "userId": text, "anonymousId": text, "previousId": text, "groupId": text,
            "messageId": text,
            "timestamp": {"type": "string", "format": "date-time"},
            "properties": {"type": "object"}, "traits": {"type": "object"}, "context": {"type": "object"},
        },
    });
    let cloud = json!({
        "type": "object",
        "required": ["specversion", "id", "source", "type"],
        "properties": {
            "specversion": {"const": "1.0"}, "id": text, "source": text, "type": text, "subject": text,
            "time": {"type": "string", "format": "date-time"}, "data": {},
        },
    });
    let problem = json!({
        "type": "object",
        "properties": {
            "index": {"type": "integer", "minimum": 0},
            "field": {"type": "string"}, "error": {"type": "string"}, "cure": {"type": "string"},
        },
    });
    json!({
        "call": call,
        "batch": {
            "type": "object",
            "required": ["batch"],
            "properties": {"batch": {"type": "array", "items": {"$ref": "#/components/schemas/call"}}},
        },
        "cloudevent": cloud,
        "taken": {
            "type": "object",
            "properties": {"success": {"const": true}, "taken": {"type": "integer", "minimum": 1}},
        },
        "refusal": {
            "type": "object",
            "properties": {
                "success": {"const": false}, "error": {"type": "string"}, "cure": {"type": "string"},
                "events": {"type": "array", "items": problem},
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_of_the_document_leads_somewhere() {
        let document = document();
        let text = document.to_string();
        let references = text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next());
        let mut count = 0;
        for reference in references {
            assert!(document.pointer(reference).is_some(), "{reference}");
            count += 1;
        }
        assert!(count > 20 && document["paths"].as_object().expect("paths").len() == 8);
    }
}
