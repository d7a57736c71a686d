//! `POST /session/upgrade`: a player asks for permissions.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use serde::Deserialize;
use serde_json::{Value, json};

use super::challenges::challenge_shown;
use super::session_not_found;
use crate::control::Body;
use crate::error::ApiError;
use crate::server::App;
use crate::state::State;
use crate::state::age_signal::AgeSignal;
use crate::state::switches::{UpgradeSession, UpgradeStatus};
use crate::state::upgrade::Wish;

/// The body; fields that k-ID does not document are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    session_id: Option<String>,
    requested_permissions: Option<Vec<Requested>>,
    platform_age_signal: Option<AgeSignal>,
    options: Option<Options>,
}

#[derive(Deserialize)]
struct Requested {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    redirect_url: Option<String>,
}

/// `POST /session/upgrade`.
pub async fn upgrade(Shared(app): Shared<Arc<App>>, Body(request): Body<Request>) -> Result<Json<Value>, ApiError> {
    let session_id = request.session_id.filter(|id| !id.is_empty());
    let session_id = session_id.ok_or_else(|| ApiError::invalid("sessionId is required"))?;
    let requested = request.requested_permissions.unwrap_or_default();
    let names: Vec<String> = requested.into_iter().map(|requested| requested.name).collect();
    if names.is_empty() {
        return Err(ApiError::invalid("requestedPermissions must name a permission"));
    }
    if let Some(signal) = &request.platform_age_signal {
        signal.check()?;
    }
    let redirect_url = request.options.and_then(|options| options.redirect_url);
    if redirect_url.as_deref().is_some_and(|url| !is_redirect(url)) {
        return Err(ApiError::invalid(
            "redirectUrl must be an http or https address, or have a scheme of its own",
        ));
    }
    let mut state = app.state();
    if state.player_of_session(&session_id).is_none() {
        return Err(session_not_found(&state.switches));
    }
    let wish = Wish {
        names: &names,
        signal: request.platform_age_signal.as_ref(),
        redirect_url,
    };
    let upgraded = state.upgrade(&session_id, wish)?;
    let answer = answer(&state, &session_id, &names, upgraded.challenge.as_deref(), &app.url());
    drop(state);
    app.webhooks.send_all(&upgraded.events);
    answer.map(Json)
}

fn answer(
    state: &State,
    session_id: &str,
    names: &[String],
    challenge: Option<&str>,
    base: &str,
) -> Result<Value, ApiError> {
    let switches = &state.switches;
    let mut answer = json!({});
    let session = state
        .player_of_session(session_id)
        .and_then(|player| player.session_on(state.today(), switches));
    match switches.upgrade_session {
        UpgradeSession::Whole => answer["session"] = json!(session),
        UpgradeSession::Absent => {}
        UpgradeSession::RequestedOnly => {
            let mut session = json!(session);
            if let Some(fields) = session.as_object_mut() {
                fields.remove("etag");
            }
            if let Some(permissions) = session["permissions"].as_array_mut() {
                permissions.retain(|permission| names.iter().any(|name| permission["name"] == **name));
            }
            answer["session"] = session;
        }
    }
    if let Some(status) = switches.upgrade_status {
        let is_pass = challenge.is_none() == (status == UpgradeStatus::Right);
        answer["status"] = json!(if is_pass { "PASS" } else { "CHALLENGE" });
    }
    if let Some(id) = challenge {
        answer["challenge"] = challenge_shown(state.challenges.get(id)?, switches, base);
    }
    Ok(answer)
}

/// Whether a browser may be sent back there: `scheme:` and something behind it, and no scheme that runs or reads what
/// is behind it.
fn is_redirect(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else {
        return false;
    };
    let scheme = scheme.to_ascii_lowercase();
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let runs = ["javascript", "data", "vbscript", "file", "blob", "about"].contains(&scheme.as_str());
    let is_clean = url.bytes().all(|b| b.is_ascii_graphic()) && url.len() <= 2048;
    is_scheme && !runs && is_clean && !rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::is_redirect;

    #[test]
    fn a_redirect_never_runs_anything() {
        for good in ["https://game.example/back?x=1", "http://127.0.0.1:1/", "mygame://done"] {
            assert!(is_redirect(good), "{good}");
        }
        for bad in [
            "",
            "back",
            ":x",
            "https:",
            "javascript:alert(1)",
            "DATA:x",
            "my game://x",
            "1a:x",
            "/x",
        ] {
            assert!(!is_redirect(bad), "{bad}");
        }
    }
}
