//! What a player may do before there is a session, as a product's server asks for it.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State as Shared};
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::server::App;
use crate::state::age::{AgeRules, BirthDate};
use crate::state::check_jurisdiction;
use crate::state::permission::{Holder, usual_set};

/// `GET /age-gate/get-default-permissions`: for one of `age` and `dateOfBirth`. A platform's signal is not looked at.
pub async fn get(
    Shared(app): Shared<Arc<App>>,
    query: Result<Query<HashMap<String, String>>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(query) = query.map_err(|_| ApiError::invalid("the query cannot be read"))?;
    let value = |name: &str| query.get(name).filter(|value| !value.is_empty());
    let jurisdiction = value("jurisdiction").ok_or_else(|| ApiError::invalid("jurisdiction is required"))?;
    check_jurisdiction(jurisdiction)?;
    let today = app.state().today();
    let age = match (value("age"), value("dateOfBirth")) {
        (Some(age), None) => age
            .parse()
            .map_err(|_| ApiError::invalid("age must be a number of years"))?,
        (None, Some(date)) => BirthDate::parse(date, today).map_err(ApiError::invalid)?.age_on(today),
        _ => return Err(ApiError::invalid("one of age and dateOfBirth is required")),
    };
    let rules = AgeRules::default();
    let holder = Holder {
        age,
        status: rules.status(age),
    };
    let permissions: Vec<_> = usual_set()
        .iter()
        .map(|permission| permission.seen_by(holder))
        .collect();
    Ok(Json(json!({
        "ageStatus": holder.status,
        "ageCategory": holder.status.category(),
        "requiresParentConsentForDataProcessing": age < rules.digital_consent_age,
        "permissions": permissions,
    })))
}
