//! What is told.

use serde_json::{Value, json};

use crate::state::challenge::{Kind, Status};

/// What k-ID tells the product's server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A parent changed something, or a threshold permission was unlocked.
    ChangePermissions { session_id: String },
    /// The session is gone.
    Delete { session_id: String },
    /// A challenge was opened or answered. The session is that of a PASS.
    ChallengeState {
        challenge_id: String,
        kind: Kind,
        status: Status,
        session_id: Option<String>,
    },
}

impl Event {
    /// `eventType`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ChangePermissions { .. } => "Session.ChangePermissions",
            Self::Delete { .. } => "Session.Delete",
            Self::ChallengeState { .. } => "Challenge.StateChange",
        }
    }

    /// The session that it is about.
    pub fn session_id(&self) -> Option<&str> {
        match self {
            Self::ChangePermissions { session_id } | Self::Delete { session_id } => Some(session_id),
            Self::ChallengeState { session_id, .. } => session_id.as_deref(),
        }
    }

    /// The challenge that it is about.
    pub fn challenge_id(&self) -> Option<&str> {
        match self {
            Self::ChallengeState { challenge_id, .. } => Some(challenge_id),
            Self::ChangePermissions { .. } | Self::Delete { .. } => None,
        }
    }

    /// `data`.
    pub fn data(&self, product_id: u64) -> Value {
        let id = self.challenge_id().or(self.session_id());
        let mut data = json!({"id": id, "productId": product_id});
        if let Self::ChallengeState {
            kind,
            status,
            session_id,
            ..
        } = self
        {
            data["status"] = json!(status);
            data["type"] = json!(kind);
            if let Some(session_id) = session_id {
                data["sessionId"] = json!(session_id);
            }
        }
        data
    }
}
