//! Calls that ask for the server, its model and its health.

use crate::{
    app::iris,
    grpc::{
        call,
        messages::{Inferred, Named, Number},
        raw,
    },
};
use ml_serving::{config::Config, http::App};

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn the_server_tells_about_itself_and_its_model() {
    let app = iris();
    for method in ["ServerLive", "ServerReady"] {
        assert_eq!(
            call(&app, method, &Named::default())
                .await
                .decoded::<Number>()
                .is,
            1
        );
    }
    let named = |name: &str| Named {
        name: name.into(),
        version: String::new(),
    };
    assert_eq!(
        call(&app, "ModelReady", &named("iris"))
            .await
            .decoded::<Number>()
            .is,
        1
    );
    assert_eq!(call(&app, "ModelReady", &named("rose")).await.status, "5");
    let server: Named = call(&app, "ServerMetadata", &Named::default())
        .await
        .decoded();
    assert_eq!(server.name, "ml-serving");
    let metadata = call(&app, "ModelMetadata", &named("iris")).await;
    assert!(metadata.decoded::<Named>().name == "iris" && contains(&metadata.body, b"petal_width"));
    let index = call(&app, "RepositoryIndex", &Named::default()).await;
    assert!(contains(&index.body, b"READY"));
    call(&app, "ModelInfer", &raw()).await.decoded::<Inferred>();
    assert!(contains(
        &call(&app, "ModelStatistics", &Named::default()).await.body,
        b"iris"
    ));
    for method in ["RepositoryModelLoad", "RepositoryModelUnload"] {
        assert_eq!(call(&app, method, &Named::default()).await.status, "12");
    }
    let version = crate::app::get(&app, "/model").await.json()["version"].clone();
    let answered = call(&app, "ModelInfer", &raw()).await;
    assert_eq!(
        answered.headers["x-model-version"],
        version.as_str().unwrap()
    );
}

#[tokio::test]
async fn health_is_asked_for_the_server_and_for_its_services() {
    let check = "/grpc.health.v1.Health/Check";
    let of = |service: &str| Named {
        name: service.into(),
        version: String::new(),
    };
    let app = iris();
    for service in [
        "",
        "inference.GRPCInferenceService",
        "grpc.health.v1.Health",
    ] {
        assert_eq!(
            call(&app, check, &of(service)).await.decoded::<Number>().is,
            1,
            "{service}"
        );
    }
    assert_eq!(call(&app, check, &of("other")).await.status, "5");
    let empty = App::new(&Config::default());
    assert_eq!(call(&empty, check, &of("")).await.decoded::<Number>().is, 2);
}
