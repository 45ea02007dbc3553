//! A server on its sockets: both ports, and the files that may change while it runs.

use super::{
    app::App,
    connection::{self, Answers, Listening, Shutdown},
    door::{
        auth::Auth,
        entrance::{Entrance, Port},
        fresh, malformed, noted,
    },
    media::ResponseBody,
    table::WITHOUT_ROUTE,
};
use hyper::{Response, body::Incoming, http::request::Parts};
use std::{io, sync::Arc, time::Duration};
use tokio::net::TcpListener;

/// Accepts and serves connections until `stop` resolves, drains, and returns when the last request is answered.
///
/// # Errors
/// If requests are still running when [`Shutdown::grace`] is over; they are dropped.
pub async fn serve(
    app: Arc<App>,
    (main, admin): (TcpListener, Option<TcpListener>),
    header_timeout: Duration,
    stop: impl Future<Output = Shutdown>,
) -> io::Result<()> {
    let stop = async {
        let shutdown = stop.await;
        app.state.readiness.drain();
        shutdown
    };
    let listening = |listener, tls| Listening {
        listener,
        tls,
        header_timeout,
    };
    let admin = admin.map(|admin| {
        let answers = Arc::new(Admin(app.clone()));
        // It answers to the end, so that the drain can be watched.
        connection::serve(answers, listening(admin, None), std::future::pending())
    });
    let admin = async {
        match admin {
            Some(admin) => admin.await,
            None => std::future::pending().await,
        }
    };
    let main = listening(main, app.tls.clone());
    tokio::select! {
        ended = connection::serve(app.clone(), main, stop) => ended,
        ended = admin => ended,
        () = app.clone().refresh_files() => Ok(()),
    }
}

impl Answers for App {
    fn answer(
        self: &Arc<Self>,
        head: &Parts,
        body: Incoming,
    ) -> impl Future<Output = Response<ResponseBody>> + Send {
        let entrance = Entrance::of(self.port, head);
        self.pass(head, body, entrance)
    }

    fn malformed(&self, status: u16) -> (Vec<u8>, Vec<u8>) {
        let (failure, id) = (malformed::unreadable(status), self.ids.next());
        self.state.metrics.answered(self.unmatched(), status, 0.0);
        let written = WITHOUT_ROUTE(&failure);
        noted::log_malformed(self.access, &id, status, written.body.len());
        let headers = malformed::headers(&id, &written.media_type.header());
        (headers, written.body)
    }
}

/// The server as it is on its admin port.
struct Admin(Arc<App>);

impl Answers for Admin {
    fn answer(
        self: &Arc<Self>,
        head: &Parts,
        body: Incoming,
    ) -> impl Future<Output = Response<ResponseBody>> + Send {
        let entrance = Entrance::of(Port::Admin, head);
        self.0.pass(head, body, entrance)
    }

    fn malformed(&self, status: u16) -> (Vec<u8>, Vec<u8>) {
        self.0.malformed(status)
    }
}

impl App {
    /// Reads the files that the settings name, before the first request.
    ///
    /// # Errors
    /// What is wrong with a file.
    pub fn read_files(&self) -> Result<(), String> {
        if let Some(tls) = &self.tls {
            tls.refresh()?;
        }
        let keys = self.auth.as_ref().map(Auth::refresh).transpose()?;
        if keys.flatten() == Some(0) {
            return Err("server.auth.keys_file holds no key; write one per line".to_owned());
        }
        Ok(())
    }

    /// Looks at the files again and again, and takes over what has changed. It never ends.
    async fn refresh_files(self: Arc<Self>) {
        if self.tls.is_none() && self.auth.is_none() {
            std::future::pending::<()>().await;
        }
        let mut period = tokio::time::interval(fresh::PERIOD);
        loop {
            period.tick().await;
            let app = self.clone();
            // A panic is logged where it happens; the next look may do better.
            let _ = tokio::task::spawn_blocking(move || app.look_at_files()).await;
        }
    }

    fn look_at_files(&self) {
        match self.auth.as_ref().map_or(Ok(None), Auth::refresh) {
            Ok(Some(keys)) => tracing::info!(keys, "the API keys are read again"),
            Ok(None) => {}
            Err(error) => tracing::warn!(error, "the API keys stay as they are"),
        }
        match self.tls.as_ref().map_or(Ok(false), |tls| tls.refresh()) {
            Ok(true) => tracing::info!("the certificate is read again"),
            Ok(false) => {}
            Err(error) => tracing::warn!(error, "the certificate stays as it is"),
        }
    }
}
