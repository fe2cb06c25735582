mod body;
mod connection;
mod server;
mod service;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::{Journal, Script};
use server::Server;

/// A provider on a loopback socket, in the runtime that started it.
///
/// It listens at `127.0.0.1` on a port of its own, until it is dropped. Dropping it closes its
/// connections too, in the middle of an answer if need be.
pub struct Emulator {
    address: SocketAddr,
    server: Arc<Server>,
    listener: Mutex<Option<JoinHandle<()>>>,
}

impl Emulator {
    /// The script of a provider that speaks OpenAI's chat completions.
    pub fn openai() -> Script {
        Script::openai()
    }

    /// The script of Mistral.
    pub fn mistral() -> Script {
        Script::mistral()
    }

    /// The script of a host of many models, such as OpenRouter.
    pub fn openrouter() -> Script {
        Script::openrouter()
    }

    /// The script of DeepSeek.
    pub fn deepseek() -> Script {
        Script::deepseek()
    }

    /// The script of a provider that speaks Anthropic's messages.
    pub fn anthropic() -> Script {
        Script::anthropic()
    }

    /// The script of a provider that speaks OpenAI's responses.
    pub fn responses() -> Script {
        Script::responses()
    }

    /// The script of a provider that speaks Google's generateContent.
    pub fn gemini() -> Script {
        Script::gemini()
    }

    /// The script of a provider that speaks Cohere's chat.
    pub fn cohere() -> Script {
        Script::cohere()
    }

    /// The script of a provider that speaks Ollama's own chat.
    pub fn ollama() -> Script {
        Script::ollama()
    }

    /// The script of a provider that speaks Amazon Bedrock's Converse.
    pub fn converse() -> Script {
        Script::converse()
    }

    /// Where it listens, as an origin: `http://127.0.0.1:40123`.
    ///
    /// Paths are told by their end, so that any prefix may follow: `/v1`, or none.
    pub fn url(&self) -> String {
        let scheme = if self.server.is_secure() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The address it listens at.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it received and served.
    pub fn journal(&self) -> &Journal {
        &self.server.journal
    }

    /// How many connections are open now.
    pub fn connections(&self) -> usize {
        self.server.connections()
    }

    /// How many connections there were, open or not.
    pub fn accepted(&self) -> u64 {
        self.server.accepted()
    }

    /// The certificate that a client must trust to speak to an emulator with TLS, as PEM.
    ///
    /// It is the same for every emulator, holds for `127.0.0.1`, `::1` and `localhost`, and its key
    /// is public: trust it in tests only.
    #[cfg(feature = "tls")]
    pub fn certificate_pem(&self) -> &'static str {
        crate::tls::CERTIFICATE
    }

    /// Goes on by another script, from the next request on.
    ///
    /// Calls are counted on. What was settled at the start stays: TLS, HTTP/2, the journal's size.
    pub fn becomes(&self, script: Script) {
        self.server.set_script(script);
    }

    /// Closes the connections that are idle, as a server does with those it is tired of.
    pub fn close_idle(&self) {
        self.server.close_idle();
    }

    /// Stops listening and resets every connection, so that connecting is refused.
    pub async fn down(&self) {
        let mut listener = self.listener.lock().await;
        if let Some(listener) = listener.take() {
            listener.abort();
            // The error is the abort's own; what counts is that the socket is closed.
            let _ = listener.await;
        }
        self.server.reset_all();
        while self.connections() > 0 {
            tokio::task::yield_now().await;
        }
    }

    /// Listens again, at the same address.
    ///
    /// # Errors
    ///
    /// If another process has taken the port meanwhile.
    pub async fn up(&self) -> io::Result<()> {
        let mut listener = self.listener.lock().await;
        if listener.is_none() {
            let socket = TcpListener::bind(self.address).await?;
            *listener = Some(tokio::spawn(Arc::clone(&self.server).listen(socket)));
        }
        Ok(())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if let Some(listener) = self.listener.get_mut() {
            listener.abort();
        }
        self.server.close_all();
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl Script {
    /// Starts an emulator that follows this script, in the current runtime.
    ///
    /// # Errors
    ///
    /// If no port can be had.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with IO and time enabled.
    pub async fn start(self) -> io::Result<Emulator> {
        let socket = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = socket.local_addr()?;
        let server = Arc::new(Server::new(self)?);
        let listener = tokio::spawn(Arc::clone(&server).listen(socket));
        Ok(Emulator { address, server, listener: Mutex::new(Some(listener)) })
    }
}

#[cfg(test)]
mod tests;
