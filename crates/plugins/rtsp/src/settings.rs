//! What a client is told by the configuration of its stage.

use std::time::Duration;

use retina::client::{Credentials, Transport};
use sluice_stage::Context;
use sluice_stage::config::{number, text};
use url::Url;

/// Settings of a client.
pub(crate) struct Settings {
    /// Without a user and a password.
    pub(crate) url: Url,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) transport: Transport,
    /// How long the server may be silent.
    pub(crate) patience: Duration,
    /// How long frames are collected before they are handed on; 0: they are not.
    pub(crate) batch: Duration,
}

impl Settings {
    /// Reads the configuration.
    ///
    /// # Errors
    ///
    /// What does not fit, without the address, which may be secret.
    pub(crate) fn read(context: &Context) -> Result<Self, String> {
        let (username, password) = (text(context, c"user")?.to_owned(), text(context, c"password")?.to_owned());
        let is_named = !username.is_empty() || !password.is_empty();
        Ok(Self {
            url: address(text(context, c"url")?)?,
            credentials: is_named.then_some(Credentials { username, password }),
            transport: if text(context, c"transport")? == "udp" {
                Transport::Udp(Default::default())
            } else {
                Transport::Tcp(Default::default())
            },
            patience: Duration::from_secs_f64(number(context, c"timeoutMs")? / 1e3),
            batch: Duration::from_secs_f64(number(context, c"batchMs")? / 1e3),
        })
    }

    /// Host and port of the address.
    pub(crate) fn server(&self) -> String {
        format!("{}:{}", self.url.host_str().unwrap_or_default(), self.url.port().unwrap_or(554))
    }
}

fn address(given: &str) -> Result<Url, String> {
    let url = Url::parse(given).map_err(|error| format!("\"url\" is no address ({error}), wanted rtsp://HOST/PATH"))?;
    if url.scheme() != "rtsp" {
        return Err(format!("\"url\" begins with \"{}:\", wanted \"rtsp:\"", url.scheme()));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("\"url\" names no host, wanted rtsp://HOST/PATH".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "\"url\" has a user in it; give \"user\" and \"password\" instead, each by a reference ${env:NAME}".into(),
        );
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_host_and_no_user() {
        assert!(address("rtsp://192.0.2.7:8554/cam?x=1").is_ok());
        let refused = |given| address(given).unwrap_err();
        assert!(refused("cam").starts_with("\"url\" is no address"));
        assert_eq!(refused("http://h/"), "\"url\" begins with \"http:\", wanted \"rtsp:\"");
        assert_eq!(refused("rtsp:///cam"), "\"url\" names no host, wanted rtsp://HOST/PATH");
        let told = refused("rtsp://me:hidden@h/cam");
        assert!(told.contains("${env:NAME}") && !told.contains("hidden"), "{told}");
    }
}
