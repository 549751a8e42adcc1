//! Accounts as requests see them: one that was not activated in time is none any more, also before the sweep has come by.

use crate::app::App;
use crate::store::{Account, Claim, StoreError};
use domain::Nik;
use domain::activation::Activation;
use domain::draft::AccountNumber;

impl App {
    /// Who has made `claim`, and still has the right to.
    pub(crate) fn holder(&self, claim: Claim<'_>) -> Result<Option<AccountNumber>, StoreError> {
        let Some(number) = self.store.holder(claim)? else { return Ok(None) };
        Ok((!has_lapsed(self.store.activation(number)?, self)).then_some(number))
    }

    /// Account `number`, and what it waits for.
    pub(crate) fn account(
        &self,
        number: AccountNumber,
    ) -> Result<Option<(Account, Option<Activation>)>, StoreError> {
        // In this order: between the two, an account may become active, or be cancelled and so be gone.
        let activation = self.store.activation(number)?;
        let account = self.store.account(number)?;
        Ok(account.filter(|_| !has_lapsed(activation, self)).map(|account| (account, activation)))
    }

    /// The account of `nik`, where it is active.
    pub(crate) fn active_account(&self, nik: Nik) -> Result<Option<Account>, StoreError> {
        let Some(number) = self.store.holder(Claim::Nik(nik))? else { return Ok(None) };
        let account = self.account(number)?;
        Ok(account.and_then(|(account, activation)| activation.is_none().then_some(account)))
    }
}

fn has_lapsed(activation: Option<Activation>, app: &App) -> bool {
    activation.is_some_and(|activation| activation.has_lapsed(app.clock.now()))
}
