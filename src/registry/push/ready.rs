//! What a push needs of the server, asked before anything is created.

use super::{
    api::{Api, field},
    experiment::Experiment,
    upload::{check_names, destination},
};
use crate::registry::{
    client::Client,
    error::RegistryError,
    places::{content::Content, mlflow::Mlflow},
};
use serde_json::Value;

/// The tag by which MLflow knows a prompt, which lies among the registered models.
const PROMPT: &str = "mlflow.prompt.is_prompt";

/// That a push can begin, and with what.
pub(super) struct Ready {
    pub(super) experiment: Experiment,
    /// Whether there is a registered model of that name.
    pub(super) registered: bool,
}

/// Asks the server whether `files` can be registered there as the model `name`.
///
/// # Errors
/// As the server answers; `NotFound` or `Uri` where the push would fail later.
pub(super) async fn ready(
    client: &Client,
    name: &str,
    files: &[(String, Content)],
) -> Result<Ready, RegistryError> {
    let api = Api(client);
    Mlflow::new(client).check_workspace().await?;
    let found = api
        .find("/registered-models/get", &[("name", name)])
        .await?;
    if let Some(found) = &found {
        field(found, &["registered_model", "name"])?;
        if is_prompt(found) {
            return Err(RegistryError::NotFound(format!(
                "{name} is a prompt at {}, and a model cannot have a prompt's name; choose another name",
                api.registry()
            )));
        }
    }
    let experiment = Experiment::find(api, &client.access().variables).await?;
    if let Experiment::There {
        place: Some(place), ..
    } = &experiment
    {
        check_names(&destination(client, place).await?, files)?;
    }
    Ok(Ready {
        experiment,
        registered: found.is_some(),
    })
}

fn is_prompt(found: &Value) -> bool {
    let tags = found["registered_model"]["tags"].as_array();
    tags.into_iter().flatten().any(|tag| {
        tag["key"] == PROMPT
            && tag["value"]
                .as_str()
                .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    })
}
