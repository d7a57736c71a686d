//! Who is let in as a parent: the bearer of a parent's token, or the browser that keeps one in its cookie.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{
        HeaderMap, HeaderName, StatusCode,
        header::{AUTHORIZATION, COOKIE, HOST, ORIGIN},
        request::Parts,
    },
};

use super::super::{App, player::bearer};
use crate::{config::is_loopback, error::ApiError, issuer::TokenCheck, token::Bearer};

/// How long a browser is let in after its sign-in, in seconds.
const BROWSER_S: u64 = 30 * 60;
/// Says where a request comes from, in browsers of today.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The player for whom a parent acts: by `Authorization`, or by the cookie in a request from this server's own page.
pub struct Parent(pub String);

impl FromRequestParts<Arc<App>> for Parent {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let headers = &parts.headers;
        if headers.contains_key(AUTHORIZATION) {
            let (player, _) = parent_of(&*app.tokens, bearer(headers)?)?;
            app.rates.count(&player).await?;
            return Ok(Self(player));
        }
        let token = cookie(headers).ok_or(ApiError::unauthorized("a parent's token or sign-in is needed"))?;
        // Another site's page can have the browser send the cookie along, but not the origin.
        if !is_same_origin(headers) {
            return Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "CROSS_ORIGIN",
                "this is for this server's own page only",
            ));
        }
        let (player, _) = parent_of(&app.cookies, token)?;
        app.rates.count(&player).await?;
        Ok(Self(player))
    }
}

/// The player for whom a parent's token speaks, and until when it is good.
fn parent_of(tokens: &dyn TokenCheck, token: &str) -> Result<(String, u64), ApiError> {
    match tokens.bearer_of(token) {
        Ok(Bearer::Parent { player, expires_s }) => Ok((player, expires_s)),
        Ok(Bearer::Player(_)) => Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "PARENTS_ONLY",
            "this is for parents; the token is a player's",
        )),
        Err(error) => Err(ApiError::unauthorized(error.text())),
    }
}

/// The player for whom the parent at this browser acts, for a page that changes nothing.
pub fn signed_in(app: &App, headers: &HeaderMap) -> Result<String, ApiError> {
    let token = cookie(headers).ok_or(ApiError::unauthorized("a parent's sign-in is needed"))?;
    parent_of(&app.cookies, token).map(|(player, _)| player)
}

/// The cookie with which a browser is let in for a while.
///
/// # Errors
/// The token is not a parent's.
pub fn let_in(app: &App, headers: &HeaderMap, token: &str) -> Result<String, ApiError> {
    let (player, expires_s) = parent_of(&*app.tokens, token)?;
    let token = app.cookies.issue_for_browser(&player, BROWSER_S, expires_s);
    let token = token.map_err(|error| ApiError::unauthorized(error.text()))?;
    let secure = if is_here(headers) { "" } else { "; Secure" };
    Ok(format!(
        "{}={token}; Path=/; Max-Age={BROWSER_S}; HttpOnly; SameSite=Strict{secure}",
        cookie_name(headers)
    ))
}

/// Browsers take a name that begins with `__Host-` only with `Secure`, for this host alone and from this host itself.
fn cookie_name(headers: &HeaderMap) -> &'static str {
    if is_here(headers) {
        "playgate-parent"
    } else {
        "__Host-playgate-parent"
    }
}

/// The parent's cookie, if there is exactly one.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let name = cookie_name(headers);
    let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.split_once('='));
    let mut named = pairs.filter(|(n, _)| n.trim() == name);
    let (_, value) = named.next()?;
    named.next().is_none().then(|| value.trim())
}

/// The name by which the browser calls this server.
fn host(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(HOST).iter();
    let host = all.next()?.to_str().ok()?;
    (all.next().is_none() && !host.is_empty()).then_some(host)
}

/// Whether the browser calls this server by a name of its own machine: there is no TLS then.
fn is_here(headers: &HeaderMap) -> bool {
    host(headers).is_some_and(|host| is_loopback(&format!("http://{host}")))
}

fn is_same_origin(headers: &HeaderMap) -> bool {
    let mut all = headers.get_all(ORIGIN).iter();
    let (Some(origin), None, Some(host)) = (all.next(), all.next(), host(headers)) else {
        return false;
    };
    let scheme_and_host = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    let is_own = scheme_and_host.is_some_and(|(scheme, name)| {
        let is_scheme = scheme == "https" || (scheme == "http" && is_here(headers));
        is_scheme && name.eq_ignore_ascii_case(host)
    });
    is_own && headers.get(FETCH_SITE).is_none_or(|site| site == "same-origin")
}
