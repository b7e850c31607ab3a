//! One table of endpoints: it registers the routes and is written out as the OpenAPI document, so neither can drift.

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::routing::{MethodRouter, delete, get, patch, post, put};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use crate::app::App;

/// Largest JSON body of an endpoint that does not say otherwise.
const SMALL: usize = 64 << 10;

/// Makes the schema of a type, and of those it names.
pub(super) type Make = fn(&mut SchemaGenerator) -> Schema;

/// A value behind the question mark.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) schema: Value,
}

/// What a body or an answer is.
pub(super) enum Content {
    /// JSON of a type.
    Json(Make),
    /// Bytes of a media type.
    Bytes(&'static str),
}

/// What an endpoint does with entity tags.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tags {
    /// None.
    No,
    /// It has an `ETag` and looks at `If-None-Match`.
    Given,
    /// It looks at `If-Match`.
    Wanted,
}

/// An endpoint.
pub(super) struct Endpoint {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) id: &'static str,
    pub(super) about: &'static str,
    pub(super) handler: MethodRouter<App>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) headers: Vec<Parameter>,
    pub(super) bodies: Vec<Content>,
    pub(super) answer: (u16, Option<Content>),
    pub(super) tags: Tags,
    pub(super) once: bool,
    pub(super) open: bool,
    largest: usize,
}

macro_rules! method {
    ($name:ident, $status:expr, $largest:expr) => {
        /// An endpoint of this method.
        pub(super) fn $name<H, T>(
            path: &'static str,
            id: &'static str,
            about: &'static str,
            handler: H,
        ) -> Self
        where
            H: Handler<T, App>,
            T: 'static,
        {
            Self::new(stringify!($name), path, id, about, $name(handler)).status($status).largest($largest)
        }
    };
}

impl Endpoint {
    method!(get, 200, 0);
    method!(post, 201, SMALL);
    method!(put, 200, SMALL);
    method!(patch, 200, SMALL);
    method!(delete, 200, 0);

    fn new(
        method: &'static str,
        path: &'static str,
        id: &'static str,
        about: &'static str,
        handler: MethodRouter<App>,
    ) -> Self {
        Self {
            method,
            path,
            id,
            about,
            handler,
            parameters: Vec::new(),
            headers: Vec::new(),
            bodies: Vec::new(),
            answer: (200, None),
            tags: Tags::No,
            once: false,
            open: false,
            largest: 0,
        }
    }

    pub(super) fn status(mut self, status: u16) -> Self {
        self.answer.0 = status;
        self
    }

    /// Takes bodies up to so many bytes; the last word holds.
    pub(super) fn largest(mut self, bytes: usize) -> Self {
        self.largest = bytes;
        self
    }

    /// What is registered: with the limit, which is one layer, since of several the innermost would hold.
    pub(super) fn routed(self) -> MethodRouter<App> {
        if self.largest == 0 { self.handler } else { self.handler.layer(DefaultBodyLimit::max(self.largest)) }
    }

    /// Answers with JSON of a type.
    pub(super) fn gives<T: JsonSchema>(mut self) -> Self {
        self.answer.1 = Some(Content::Json(SchemaGenerator::subschema_for::<T>));
        self
    }

    /// Answers with bytes of a media type.
    pub(super) fn gives_bytes(mut self, media: &'static str) -> Self {
        self.answer.1 = Some(Content::Bytes(media));
        self
    }

    /// Takes JSON of a type.
    pub(super) fn takes<T: JsonSchema>(mut self) -> Self {
        self.bodies.push(Content::Json(SchemaGenerator::subschema_for::<T>));
        self
    }

    /// Takes bytes of a media type.
    pub(super) fn takes_bytes(mut self, media: &'static str) -> Self {
        self.bodies.push(Content::Bytes(media));
        self
    }

    pub(super) fn with(mut self, name: &'static str, about: &'static str, schema: Value) -> Self {
        self.parameters.push(Parameter { name, about, schema });
        self
    }

    pub(super) fn with_header(mut self, name: &'static str, about: &'static str, schema: Value) -> Self {
        self.headers.push(Parameter { name, about, schema });
        self
    }

    /// A list in pages.
    pub(super) fn paged(self) -> Self {
        let limit =
            json!({ "type": "integer", "minimum": 1, "maximum": super::paging::MOST, "default": 100 });
        self.with("limit", "Items on a page.", limit).with(
            "next",
            "The `next` of the page before, with the same filters.",
            json!({ "type": "string" }),
        )
    }

    pub(super) fn tags(mut self, tags: Tags) -> Self {
        self.tags = tags;
        self
    }

    /// Looks at `Idempotency-Key`.
    pub(super) fn once(mut self) -> Self {
        self.once = true;
        self
    }

    /// For anyone, known or not.
    pub(super) fn open(mut self) -> Self {
        self.open = true;
        self
    }
}
