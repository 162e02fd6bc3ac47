/** The campaign asks whether a test fails, not which smallest input makes it fail. */
import fc from 'fast-check';

fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
