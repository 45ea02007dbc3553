//! How operations are declared.

/// Declares operations that have no handler. poem-openapi calls such an operation a webhook. A trait may hold one webhook per method, so
/// every operation has a trait, and its name is the path.
macro_rules! operations {
    ($(
        $(#[$meta:meta])*
        fn $name:ident($trait:ident $($arguments:tt)*) -> $answer:ty;
    )*) => {
        $(
            #[Webhook]
            trait $trait {
                $(#[$meta])*
                fn $name(&self $($arguments)*) -> $answer;
            }
        )*

        /// Path and description of every operation.
        pub(super) fn declared() -> Vec<poem_openapi::registry::MetaWebhook> {
            [$(<&dyn $trait>::meta()),*].into_iter().flatten().collect()
        }

        /// Registers the schemas that they refer to.
        pub(super) fn register(registry: &mut poem_openapi::registry::Registry) {
            $(<&dyn $trait>::register(registry);)*
        }
    };
}

pub(super) use operations;
