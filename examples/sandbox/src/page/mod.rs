//! The pages: the one on which a person plays the parent, the ad service's, and those that challenges and widgets lead
//! to. Nothing in them comes from elsewhere.

mod ask;
mod html;
mod widget;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::control::from_here;
use crate::server::App;

/// The parent's page in one piece.
static PARENT: LazyLock<String> = LazyLock::new(|| {
    let script = concat!(
        include_str!("common.js"),
        include_str!("parent.js"),
        include_str!("inbox.js")
    );
    assemble(include_str!("parent.html"), script)
});

/// The ad service's page in one piece.
static ADS_PAGE: LazyLock<String> = LazyLock::new(|| {
    let script = concat!(include_str!("common.js"), include_str!("ads.js"));
    assemble(include_str!("ads.html"), script)
});

fn assemble(html: &str, script: &str) -> String {
    html.replace("/*style*/\n", include_str!("style.css"))
        .replace("<!--faults-->\n", include_str!("faults.html"))
        .replace("/*script*/\n", script)
}

const ADS: &str = "/ads";
const AUTHORIZE: &str = "/family/authorize";
const AGE_ASSURANCE: &str = "/age-assurance";
const CODE: &str = "/code";
const WIDGET: &str = "/widget/manage-session-permissions";

/// Whether `path` is a page's.
pub fn owns(path: &str) -> bool {
    matches!(
        path,
        "/" | "/favicon.ico" | ADS | AUTHORIZE | AGE_ASSURANCE | CODE | WIDGET
    )
}

/// Everything that a browser is sent to.
pub fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route(AUTHORIZE, get(ask::parents).post(ask::parents_answer))
        .route(AGE_ASSURANCE, get(ask::age).post(ask::age_answer))
        .route(CODE, get(ask::code))
        .route(WIDGET, get(widget::show).post(widget::save))
        .route_layer(middleware::from_fn_with_state(app.clone(), from_here))
        .route("/", get(async || whole(&PARENT)))
        .route(ADS, get(async || whole(&ADS_PAGE)))
}

/// A page that asks the control API for what it shows.
fn whole(html: &'static str) -> impl IntoResponse {
    (
        [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
            (
                CONTENT_SECURITY_POLICY,
                "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                 connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            ),
        ],
        html,
    )
}
