//! Documents of aliases: texts that a program stores with an alias. AWS has no operation for them.

use super::StepFunctions;
use super::call::{AfterStart, NOTHING_CHANGED, catch_panic};
use crate::command::{AliasRef, parse};
use crate::engine::documents::{self, DocumentChange, Documents};
use crate::error::Result;
use crate::store::Document;
use crate::wire::input::DescribeStateMachineAliasInput;

impl StepFunctions {
    /// Returns the text of a document of an alias.
    ///
    /// # Errors
    /// This and the following methods return the errors of [`StepFunctions::describe_state_machine_alias`].
    pub fn document(&self, alias_arn: &str, key: &str) -> Result<Option<String>> {
        self.read_documents(alias_arn, |documents| documents.document(key))
    }

    /// Returns the keys of an alias's documents that begin with a prefix, in ascending order.
    ///
    /// # Errors
    /// Like [`StepFunctions::document`].
    pub fn document_keys(&self, alias_arn: &str, prefix: &str) -> Result<Vec<String>> {
        self.read_documents(alias_arn, |documents| documents.document_keys(prefix))
    }

    /// Returns up to `limit` documents of an alias whose keys begin with a prefix, highest key first.
    ///
    /// # Errors
    /// Like [`StepFunctions::document`].
    pub fn documents(&self, alias_arn: &str, prefix: &str, limit: usize) -> Result<Vec<Document>> {
        self.read_documents(alias_arn, |documents| documents.documents(prefix, limit))
    }

    /// Changes documents of an alias in one commit. `decide` reads the alias and its documents, and returns the change, if
    /// any, and a result. It is called again if others change the state machine at the same time.
    ///
    /// Documents are not part of AWS: no response contains them. UpdateStateMachineAlias keeps them, and
    /// DeleteStateMachineAlias deletes them with the alias.
    ///
    /// # Errors
    /// Like [`StepFunctions::document`], the error of `decide`, and [`crate::Error::InvalidDocuments`]: a key has 1 to 128
    /// of the characters `A-Za-z0-9/_-`, a text up to 64 KiB, an alias up to 1000 documents, and an update up to 16.
    ///
    /// ```
    /// use sfn_alias::store::Document;
    /// use sfn_alias::{DocumentChange, StepFunctions};
    /// let sfn = StepFunctions::in_memory()?;
    /// let definition = r#"{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}"#;
    /// let create = format!(r#"{{"name": "orders", "roleArn": "arn:aws:iam::123456789012:role/orders", "definition": "{definition}", "publish": true}}"#);
    /// assert_eq!(sfn.call("CreateStateMachine", create.as_bytes()).status, 200);
    /// let arn = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
    /// let create = format!(r#"{{"name": "PROD", "routingConfiguration": [{{"stateMachineVersionArn": "{arn}:1", "weight": 100}}]}}"#);
    /// assert_eq!(sfn.call("CreateStateMachineAlias", create.as_bytes()).status, 200);
    ///
    /// let alias = format!("{arn}:PROD");
    /// let count = sfn.update_documents(&alias, |documents| {
    ///     let count = documents.document("notes/count")?.map_or(0, |text| text.parse::<u64>().unwrap_or_default()) + 1;
    ///     let document = Document { key: "notes/count".into(), value: count.to_string().into() };
    ///     Ok((Some(DocumentChange { put: vec![document], delete: vec![] }), count))
    /// })?;
    /// assert_eq!((count, sfn.document(&alias, "notes/count")?.as_deref()), (1, Some("1")));
    /// # Ok::<(), sfn_alias::Error>(())
    /// ```
    pub fn update_documents<R>(
        &self,
        alias_arn: &str,
        decide: impl Fn(&Documents<'_>) -> Result<(Option<DocumentChange>, R)>,
    ) -> Result<R> {
        self.with_alias(alias_arn, |command| {
            self.with_call(AfterStart::Nothing, |call| {
                call.write(command.state_machine.unqualified_arn, |context| {
                    documents::update(command, context, &decide)
                })
            })
        })
    }

    fn read_documents<R>(&self, alias_arn: &str, read: impl Fn(&Documents<'_>) -> Result<R>) -> Result<R> {
        self.with_alias(alias_arn, |command| {
            self.with_call(AfterStart::Nothing, |call| {
                call.read(command.state_machine.unqualified_arn, |context| documents::read(command, context, &read))
            })
        })
    }

    fn with_alias<R>(&self, alias_arn: &str, run: impl FnOnce(&AliasRef<'_>) -> Result<R>) -> Result<R> {
        catch_panic(NOTHING_CHANGED, || {
            let input = DescribeStateMachineAliasInput { state_machine_alias_arn: Some(alias_arn.into()) };
            run(&parse(&input, &self.inner.options.limits)?)
        })
    }
}
