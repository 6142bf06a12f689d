//! The attribute `#[boxed]`: an `async fn` whose code stays in its own crate.
//!
//! The body of an `async fn` is compiled in the crate that polls it, so every function that calls it compiles it again.
//! A boxed future is compiled in the crate that boxes it.

use proc_macro::TokenStream;
use proc_macro2::Span;
use quote::quote;
use syn::fold::{Fold, fold_lifetime, fold_receiver, fold_type_reference};
use syn::{
    Error, GenericParam, ItemFn, Lifetime, Receiver, ReceiverKind, ReturnType, TypeReference, WherePredicate,
    parse_quote,
};

/// Makes an `async fn` return a boxed future that is `Send`:
///
/// ```ignore
/// #[boxed]
/// pub async fn slots(&self, user: UserId, name: &str) -> Result<Slots, StoreError> { … }
/// // becomes
/// pub fn slots<'call>(&'call self, user: UserId, name: &'call str)
///     -> Pin<Box<dyn Future<Output = Result<Slots, StoreError>> + Send + 'call>> { Box::pin(async move { … }) }
/// ```
///
/// All references without a lifetime get the same lifetime; generic parameters must outlive it.
#[proc_macro_attribute]
pub fn boxed(_: TokenStream, item: TokenStream) -> TokenStream {
    let function = syn::parse_macro_input!(item as ItemFn);
    expand(function).map_or_else(|error| error.into_compile_error().into(), |function| quote!(#function).into())
}

fn expand(mut function: ItemFn) -> syn::Result<ItemFn> {
    let signature = &mut function.sig;
    if signature.asyncness.take().is_none() {
        return Err(Error::new(signature.fn_token.span, "only an `async fn` can be boxed"));
    }
    let call = Lifetime::new("'call", Span::call_site());
    let inputs = std::mem::take(&mut signature.inputs);
    signature.inputs = inputs.into_iter().map(|input| Elided(&call).fold_fn_arg(input)).collect();
    let output: syn::Type = match &signature.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, output) => (**output).clone(),
    };
    let outlives = signature.generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Lifetime(parameter) => Some(parameter.lifetime.to_string()),
        GenericParam::Type(parameter) => Some(parameter.ident.to_string()),
        GenericParam::Const(_) => None,
    });
    let outlives: Vec<WherePredicate> =
        outlives.map(|name| syn::parse_str(&format!("{name}: 'call"))).collect::<syn::Result<_>>()?;
    signature.generics.make_where_clause().predicates.extend(outlives);
    signature.generics.params.insert(0, parse_quote!(#call));
    signature.output =
        parse_quote!(-> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = #output> + Send + #call>>);
    let body = &function.block;
    function.block = parse_quote!({ Box::pin(async move #body) });
    Ok(function)
}

/// Names the elided lifetimes.
struct Elided<'a>(&'a Lifetime);

impl Fold for Elided<'_> {
    fn fold_receiver(&mut self, mut receiver: Receiver) -> Receiver {
        if let ReceiverKind::Reference(_, lifetime, _) = &mut receiver.kind {
            lifetime.get_or_insert_with(|| self.0.clone());
        }
        fold_receiver(self, receiver)
    }

    fn fold_type_reference(&mut self, mut reference: TypeReference) -> TypeReference {
        reference.lifetime.get_or_insert_with(|| self.0.clone());
        fold_type_reference(self, reference)
    }

    fn fold_lifetime(&mut self, lifetime: Lifetime) -> Lifetime {
        if lifetime.ident == "_" { self.0.clone() } else { fold_lifetime(self, lifetime) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::ToTokens;

    #[test]
    fn every_argument_outlives_the_future() {
        let written: ItemFn = parse_quote! {
            pub async fn find<T: Read>(&self, name: &str, order: Order<'_>) -> Option<T> { self.0.get(name, order).await }
        };
        let expected: ItemFn = parse_quote! {
            pub fn find<'call, T: Read>(&'call self, name: &'call str, order: Order<'call>)
                -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = Option<T> > + Send + 'call> >
            where T: 'call
            { Box::pin(async move { self.0.get(name, order).await }) }
        };
        let made = expand(written).expect("an async fn");
        assert_eq!(made.into_token_stream().to_string(), expected.into_token_stream().to_string());
    }

    #[test]
    fn what_is_not_async_is_refused() {
        assert!(expand(parse_quote! { fn find() {} }).is_err());
    }
}
