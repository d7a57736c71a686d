//! What a platform says about a player's age: the rules of a signal, and which signals count as verified.

use jiff::Timestamp;
use serde::Deserialize;

use super::player::AgeVerification;
use crate::error::ApiError;

/// `platformAgeSignal` of a request.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgeSignal {
    name: Option<String>,
    category: Option<String>,
    age_low: Option<i64>,
    age_high: Option<i64>,
    declaration_type: Option<String>,
    verification_id: Option<String>,
}

/// A platform and what its signals consist of.
struct Platform {
    name: &'static str,
    takes_range: bool,
    categories: &'static [&'static str],
    /// The values of `declarationType` that k-ID takes for a verification.
    verified: &'static [&'static str],
}

const PLATFORMS: [Platform; 5] = [
    Platform {
        name: "apple-ios",
        takes_range: true,
        categories: &[],
        verified: &[
            "paymentChecked",
            "governmentIDChecked",
            "guardianPaymentChecked",
            "guardianGovernmentIDChecked",
            "confirmed",
        ],
    },
    Platform {
        name: "google-play",
        takes_range: true,
        categories: &[],
        verified: &["VERIFIED", "SUPERVISED"],
    },
    Platform {
        name: "xbox",
        takes_range: false,
        categories: &["child", "teen", "adult"],
        verified: &[],
    },
    Platform {
        name: "meta-horizon",
        takes_range: false,
        categories: &["CH", "TN", "AD"],
        verified: &[],
    },
    Platform {
        name: "k-id",
        takes_range: true,
        categories: &["digital-minor", "digital-youth", "adult"],
        verified: &[],
    },
];

impl AgeSignal {
    /// Checks the signal. There are no verifications here that one of `k-id` could name.
    ///
    /// # Errors
    /// `INVALID_INPUT` with k-ID's text for the rule that is broken.
    pub fn check(&self) -> Result<(), ApiError> {
        let broken = |rule: &str| Err(ApiError::invalid(rule));
        let platform = match self.name.as_deref() {
            None | Some("") => return broken("Platform name must be provided"),
            Some(name) => PLATFORMS.iter().find(|platform| platform.name == name),
        };
        let Some(platform) = platform else {
            return broken("Unknown platform name");
        };
        let has_bound = self.age_low.is_some() || self.age_high.is_some();
        if self.category.is_some() && has_bound {
            return broken("Provide either category or `ageLow` and `ageHigh`, not both");
        }
        match (self.age_low, self.age_high) {
            (None, None) => {}
            (Some(low), Some(high)) => {
                if low > high {
                    return broken("Invalid range");
                }
                if low < 0 || high > 100 {
                    return broken("`ageLow` and `ageHigh` must be between 0 and 100");
                }
            }
            _ => return broken("`ageLow` and `ageHigh` must both be provided"),
        }
        if platform.name == "k-id" {
            return broken(match self.verification_id {
                None => "Verification id must be provided",
                Some(_) => "Verification not found",
            });
        }
        if platform.takes_range && !has_bound {
            return broken("Platform must have age range specified");
        }
        if !platform.takes_range {
            match self.category.as_deref() {
                None => return broken("Platform must have category specified"),
                Some(category) if !platform.categories.contains(&category) => {
                    return broken("Unknown platform category");
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// What a signal verifies that has been checked; None when k-ID does not take it for a verification.
    pub fn verification(&self) -> Option<AgeVerification> {
        let name = self.name.as_deref()?;
        let declaration_type = self.declaration_type.as_deref()?;
        let platform = PLATFORMS.iter().find(|platform| platform.name == name)?;
        let is_verified = platform.verified.contains(&declaration_type);
        is_verified.then_some(AgeVerification {
            verified_age: u8::try_from(self.age_low?).ok()?,
            platform_name: name.to_owned(),
            declaration_type: declaration_type.to_owned(),
            verified_at: Timestamp::now().to_string(),
        })
    }
}
