//! TLS for `ml-serving check`.

use crate::Error;
use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
};
use std::{path::PathBuf, sync::Arc};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

/// How a server's certificate is judged, and the client's own.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct TlsArgs {
    /// Take any certificate of the server: for a check of the machine itself
    #[arg(long)]
    insecure: bool,
    /// PEM file with the authorities to trust, instead of the system's
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    ca: Option<PathBuf>,
    /// PEM file with a certificate of the client's own
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// PEM file with the key of --cert
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
}

impl TlsArgs {
    /// What encrypts connections.
    ///
    /// # Errors
    /// A sentence about a file.
    pub(super) fn connector(&self) -> Result<TlsConnector, Error> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::Internal(error.to_string()))?;
        let builder = if self.insecure {
            let any = Arc::new(AnyCertificate(provider));
            builder.dangerous().with_custom_certificate_verifier(any)
        } else {
            builder.with_root_certificates(self.roots()?)
        };
        let config = match (&self.cert, &self.key) {
            (Some(cert), Some(key)) => {
                let wrong = |error: &dyn std::fmt::Display| {
                    Error::Usage(format!(
                        "--key {} is no key of --cert: {error}",
                        key.display()
                    ))
                };
                let pem = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(&error))?;
                let own = builder.with_client_auth_cert(certificates(cert, "--cert")?, pem);
                own.map_err(|error| wrong(&error))?
            }
            _ => builder.with_no_client_auth(),
        };
        Ok(TlsConnector::from(Arc::new(config)))
    }

    fn roots(&self) -> Result<RootCertStore, Error> {
        let mut roots = RootCertStore::empty();
        if let Some(file) = &self.ca {
            let added = roots.add_parsable_certificates(certificates(file, "--ca")?);
            if added.0 == 0 {
                let file = file.display();
                return Err(Error::Usage(format!("--ca {file} holds no authority")));
            }
        } else {
            let system = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(system.certs);
        }
        Ok(roots)
    }
}

/// Encrypts the stream. The error text continues a sentence that begins with the URL.
pub(super) async fn encrypt(
    connector: &TlsConnector,
    host: &str,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, String> {
    let name = ServerName::try_from(host.to_owned());
    let name = name.map_err(|_| "names no host that a certificate could have".to_owned())?;
    let encrypted = connector.connect(name, stream).await;
    encrypted.map_err(|error| {
        format!(
            "cannot be asked over TLS: {error}; --ca FILE names an authority to trust, --insecure trusts any certificate"
        )
    })
}

fn certificates(file: &PathBuf, flag: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    let wrong = |why: String| Error::Usage(format!("{flag} {} {why}", file.display()));
    let all: Vec<_> = read.map_err(|error| wrong(format!("cannot be read: {error}")))?;
    if all.is_empty() {
        return Err(wrong("holds no certificate in PEM".to_owned()));
    }
    Ok(all)
}

/// Takes every certificate.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
