//! One webhook request.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use ureq::Agent;

use super::sign::signature;

/// Where a request goes.
#[derive(Clone)]
pub struct Target {
    pub url: String,
    pub timeout: Duration,
}

/// What a request says.
#[derive(Clone)]
pub struct Message {
    event_type: &'static str,
    body: String,
}

impl Message {
    pub fn new(event_type: &'static str, data: &Value) -> Self {
        // Written by hand to have eventType first, as k-ID has it.
        let body = format!(r#"{{"eventType":{},"data":{data}}}"#, json!(event_type));
        Self { event_type, body }
    }
}

/// How a request is signed.
pub enum Signature {
    None,
    By(String),
}

/// Sends `message` and gives the status of the answer, or the reason why there is none.
///
/// The request is signed with the current time, a retry anew. Redirects are not followed and no proxy is used.
pub async fn post(target: &Target, message: &Message, signed: Signature) -> Result<u16, String> {
    let (target, message) = (target.clone(), message.clone());
    let sending = tokio::task::spawn_blocking(move || send(&target, &message, &signed));
    match sending.await {
        Ok(result) => result,
        Err(error) => Err(format!("sending stopped: {error}")),
    }
}

fn send(target: &Target, message: &Message, signed: &Signature) -> Result<u16, String> {
    let agent: Agent = Agent::config_builder()
        .timeout_global(Some(target.timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent("playgate-sandbox")
        .build()
        .into();
    let mut request = agent
        .post(&target.url)
        .header("Content-Type", "application/json")
        .header("X-Event-Type", message.event_type);
    if let Signature::By(secret) = signed {
        let timestamp = Timestamp::now().as_second().to_string();
        let hmac = signature(secret, &timestamp, message.body.as_bytes());
        request = request
            .header("X-Signature-Timestamp", timestamp)
            .header("X-Signature-Hmac-Sha256", hmac);
    }
    match request.send(&message.body) {
        Ok(response) => Ok(response.status().as_u16()),
        Err(ureq::Error::Timeout(_)) => Err(format!("no answer within {:?}", target.timeout)),
        Err(error) => Err(error.to_string()),
    }
}
