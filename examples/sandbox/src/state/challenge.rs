//! Challenges: questions that a parent or the player has to answer before a permission is on.

use std::collections::{BTreeMap, HashMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::links::{Closed, Door, Lifetimes, Links, Made};
use crate::error::ApiError;

/// How many codes and tokens of one challenge are valid at the same time.
const LINKS: usize = 50;
/// How many e-mails the list keeps.
const EMAILS: usize = 200;

/// `type` of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Kind {
    #[serde(rename = "CHALLENGE_SESSION_UPGRADE")]
    SessionUpgrade,
    #[serde(rename = "CHALLENGE_PARENTAL_CONSENT")]
    ParentalConsent,
    #[serde(rename = "CHALLENGE_SESSION_UPGRADE_BY_AGE_ASSURANCE")]
    AgeAssurance,
}

impl Kind {
    /// Whether a parent answers, not the player.
    pub fn is_parents(self) -> bool {
        self != Self::AgeAssurance
    }
}

/// `status` of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Nobody has opened it.
    Pending,
    /// Somebody has opened it.
    InProgress,
    Pass,
    Fail,
}

/// One challenge.
pub struct Challenge {
    pub id: String,
    pub number: u64,
    /// The number of the player it is about.
    pub player: u64,
    pub kind: Kind,
    /// The permissions that are asked for.
    pub permissions: Vec<String>,
    pub status: Status,
    pub created_at: Timestamp,
    /// The session that a PASS leads to.
    pub passed_session: Option<String>,
    /// The address of the adult who approved, where it was given.
    pub approver_email: Option<String>,
    /// Where the player goes back to from the age check.
    pub redirect_url: Option<String>,
    /// The code of a parent's challenge or the token of an age check that was made last.
    pub link: Made,
    links: VecDeque<String>,
}

impl Challenge {
    /// Whether it can still be answered.
    pub fn is_open(&self) -> bool {
        matches!(self.status, Status::Pending | Status::InProgress)
    }

    /// Where it is answered, on the sandbox at `base`.
    pub fn url(&self, base: &str) -> String {
        if self.kind.is_parents() {
            format!("{base}/family/authorize?otp={}", self.link.text)
        } else {
            format!("{base}/age-assurance?token={}", self.link.text)
        }
    }

    /// # Errors
    /// `INVALID_INPUT` when it has been answered.
    pub fn still_open(&self) -> Result<(), ApiError> {
        if self.is_open() {
            return Ok(());
        }
        Err(ApiError::invalid("the challenge has been answered already"))
    }
}

/// What a new challenge is about.
pub struct NewChallenge {
    pub player: u64,
    pub kind: Kind,
    pub permissions: Vec<String>,
    pub redirect_url: Option<String>,
}

/// An e-mail that k-ID would have sent.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Email {
    pub number: u64,
    pub challenge_id: String,
    /// None: the address of the last approving adult, which the sandbox does not know.
    pub to: Option<String>,
    pub locale: Option<String>,
    pub at: String,
}

/// All challenges with their links, and the e-mails about them.
#[derive(Default)]
pub struct Challenges {
    by_number: BTreeMap<u64, Challenge>,
    number_of_id: HashMap<String, u64>,
    created: u64,
    pub links: Links,
    pub emails: VecDeque<Email>,
    pub emails_sent: u64,
}

impl Challenges {
    /// Starts a challenge. It is always a new one.
    pub fn add(&mut self, new: NewChallenge, lifetimes: Lifetimes) -> &Challenge {
        self.created += 1;
        let number = self.created;
        let id = Uuid::new_v4().to_string();
        let link = self.new_link(number, new.kind, lifetimes);
        self.number_of_id.insert(id.clone(), number);
        self.by_number.entry(number).or_insert(Challenge {
            id,
            number,
            player: new.player,
            kind: new.kind,
            permissions: new.permissions,
            status: Status::Pending,
            created_at: Timestamp::now(),
            passed_session: None,
            approver_email: None,
            redirect_url: new.redirect_url,
            links: VecDeque::from([link.text.clone()]),
            link,
        })
    }

    fn new_link(&mut self, number: u64, kind: Kind, lifetimes: Lifetimes) -> Made {
        let door = Door::Challenge(number);
        if kind.is_parents() {
            self.links.make_code(door, lifetimes.code_seconds)
        } else {
            self.links.make_token(door, lifetimes.token_seconds)
        }
    }

    /// The challenge with this id.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub fn get(&self, id: &str) -> Result<&Challenge, ApiError> {
        let number = self.number_of_id.get(id).ok_or_else(not_found)?;
        self.by_number.get(number).ok_or_else(not_found)
    }

    /// As [`Challenges::get`].
    pub fn get_mut(&mut self, id: &str) -> Result<&mut Challenge, ApiError> {
        let number = self.number_of_id.get(id).ok_or_else(not_found)?;
        self.by_number.get_mut(number).ok_or_else(not_found)
    }

    /// The challenge that a code or token opens.
    ///
    /// # Errors
    /// Why it opens none.
    pub fn behind(&self, link: &str) -> Result<&Challenge, Closed> {
        match self.links.open(link)? {
            Door::Challenge(number) => self.by_number.get(number).ok_or(Closed::Unknown),
            Door::Widget { .. } => Err(Closed::Unknown),
        }
    }

    /// Gives an open challenge a fresh code or token; those that were given out before stay valid as long as they are.
    ///
    /// # Errors
    /// `NOT_FOUND`, or `INVALID_INPUT` when it has been answered.
    pub fn renew_link(&mut self, id: &str, lifetimes: Lifetimes) -> Result<&Challenge, ApiError> {
        let challenge = self.get(id)?;
        challenge.still_open()?;
        let link = self.new_link(challenge.number, challenge.kind, lifetimes);
        let challenge = self.get_mut(id)?;
        challenge.links.push_back(link.text.clone());
        challenge.link = link;
        if challenge.links.len() > LINKS
            && let Some(oldest) = challenge.links.pop_front()
        {
            self.links.forget(&oldest);
        }
        self.get(id)
    }

    /// Lets every code and token of a challenge expire. The challenge itself goes on.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub fn expire_links(&mut self, id: &str) -> Result<(), ApiError> {
        let now = Timestamp::now();
        let challenge = self.get_mut(id)?;
        challenge.link.expires = challenge.link.expires.min(now);
        let links = challenge.links.clone();
        for link in &links {
            self.links.expire(link);
        }
        Ok(())
    }

    /// The newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Challenge> {
        self.by_number.values().rev()
    }

    /// Ends the challenges of a player that are open, and gives their ids, oldest first.
    pub fn fail_all_of(&mut self, player: u64) -> Vec<(String, Kind)> {
        let open = self
            .by_number
            .values_mut()
            .filter(|challenge| challenge.player == player && challenge.is_open());
        open.map(|challenge| {
            challenge.status = Status::Fail;
            (challenge.id.clone(), challenge.kind)
        })
        .collect()
    }

    /// Writes down that an e-mail would have left.
    pub fn note_email(&mut self, challenge_id: &str, to: Option<String>, locale: Option<String>) {
        self.emails_sent += 1;
        self.emails.push_back(Email {
            number: self.emails_sent,
            challenge_id: challenge_id.to_owned(),
            to,
            locale,
            at: Timestamp::now().to_string(),
        });
        if self.emails.len() > EMAILS {
            self.emails.pop_front();
        }
    }
}

fn not_found() -> ApiError {
    ApiError::not_found("challenge not found")
}
