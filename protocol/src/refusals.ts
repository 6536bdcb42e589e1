/**
 * Every reason for which a request can be refused, in one table.
 *
 * A rule names a reason; this table says which error goes on the wire, which sentence of which specification asks
 * for it, what a developer is told, and what helps. The wire stays generic: a caller must not learn which check
 * failed. Error pages, logs, records and documentation all read this table.
 */
export interface Refusal {
  /** The error code on the wire. */
  readonly error: string
  readonly spec: string
  readonly why: string
  readonly fix: string
}

export const refusals = {
  // the authorization request (step 1)
  client_unknown: {
    error: 'invalid_client',
    spec: 'RFC 6749 §4.1.2.1',
    why: 'No client is registered under this client_id.',
    fix: "Check client_id for a typing error or another environment's value, or register the client.",
  },
  client_disabled: {
    error: 'unauthorized_client',
    spec: 'RFC 6749 §4.1.2.1',
    why: 'The client is registered but turned off.',
    fix: 'Ask the administrator of the authorization server to turn the client on.',
  },
  redirect_uri_missing: {
    error: 'invalid_request',
    spec: 'RFC 6749 §3.1.2.3',
    why: 'The request has no redirect_uri.',
    fix: 'Send redirect_uri, exactly as it is registered.',
  },
  redirect_uri_not_registered: {
    error: 'invalid_request',
    spec: 'RFC 9700 §4.1.3',
    why: 'redirect_uri is not, character for character, one that the client registered.',
    fix: 'Register this address or send the registered one; case, port, path and a trailing slash all count.',
  },
  parameter_repeated: {
    error: 'invalid_request',
    spec: 'RFC 6749 §3.1',
    why: 'A parameter was sent more than once.',
    fix: 'Send each parameter once; only resource may repeat.',
  },
  parameter_missing: {
    error: 'invalid_request',
    spec: 'RFC 6749 §5.2',
    why: 'A required parameter is missing.',
    fix: 'Add the parameter.',
  },
  parameter_malformed: {
    error: 'invalid_request',
    spec: 'RFC 6749 §5.2',
    why: "A parameter's value has a form it can't have.",
    fix: 'Correct the value.',
  },
  parameter_too_long: {
    error: 'invalid_request',
    spec: 'RFC 6749 §3.1',
    why: 'A parameter is longer than this server accepts.',
    fix: 'Shorten the value; keep large state on your side and send its handle.',
  },
  response_type_missing: {
    error: 'invalid_request',
    spec: 'RFC 6749 §3.1.1',
    why: 'The request has no response_type.',
    fix: 'Send response_type=code.',
  },
  response_type_unsupported: {
    error: 'unsupported_response_type',
    spec: 'RFC 6749 §4.1.2.1',
    why: 'This server does not serve the response_type.',
    fix: 'Send response_type=code. Tokens through the browser need an installation with profile: compatible.',
  },
  response_type_not_allowed: {
    error: 'unauthorized_client',
    spec: 'RFC 6749 §4.1.2.1',
    why: 'The client is not registered for the response_type.',
    fix: 'Register response_types for the client, and grant_types with implicit or authorization_code, as they need.',
  },
  response_mode_unsupported: {
    error: 'invalid_request',
    spec: 'OAuth Multiple Response Types §2.1',
    why: 'This server does not serve the response_mode.',
    fix: 'Send query, fragment, form_post, jwt or one of them with .jwt, or leave response_mode out.',
  },
  response_mode_not_allowed: {
    error: 'invalid_request',
    spec: 'OAuth Multiple Response Types §5',
    why: 'An answer with a token can not go into a query, where servers write it down, nor a form to an app.',
    fix: 'Leave response_mode out, or send fragment.',
  },
  nonce_missing: {
    error: 'invalid_request',
    spec: 'OpenID Connect Core §3.2.2.1',
    why: 'The request carries no nonce, and its answer would hold an ID token.',
    fix: 'Send a random nonce, and compare it with the one in the ID token.',
  },
  scope_lacks_openid: {
    error: 'invalid_scope',
    spec: 'OpenID Connect Core §3.1.2.1',
    why: 'The request asks for an ID token without the scope openid.',
    fix: 'Ask for scope openid.',
  },
  redirect_uri_not_https: {
    error: 'invalid_request',
    spec: 'OpenID Connect Core §3.2.2.1',
    why: 'An answer that holds a token would go to an address that is not encrypted.',
    fix: 'Register an https address; a native app (application_type native) may have http on a loopback address.',
  },
  code_challenge_missing: {
    error: 'invalid_request',
    spec: 'RFC 7636 §4.4.1',
    why: 'The request carries no PKCE code_challenge.',
    fix: 'Send code_challenge and code_challenge_method=S256, and keep the code_verifier for the token request.',
  },
  code_challenge_method_unsupported: {
    error: 'invalid_request',
    spec: 'RFC 9700 §2.1.1',
    why: 'code_challenge_method is not S256.',
    fix: 'Send code_challenge_method=S256.',
  },
  code_challenge_malformed: {
    error: 'invalid_request',
    spec: 'RFC 7636 §4.2',
    why: 'An S256 code_challenge is 43 base64url characters without padding.',
    fix: 'Send BASE64URL(SHA-256(code_verifier)).',
  },
  scope_malformed: {
    error: 'invalid_scope',
    spec: 'RFC 6749 §3.3',
    why: 'scope is not a list of words separated by single spaces.',
    fix: 'Separate scopes by one space and use only the characters of RFC 6749 appendix A.4.',
  },
  scope_missing: {
    error: 'invalid_scope',
    spec: 'RFC 6749 §3.3',
    why: 'The request names no scope, and the client is registered for none.',
    fix: 'Send scope, or register the scope that the client usually asks for.',
  },
  scope_unknown: {
    error: 'invalid_scope',
    spec: 'RFC 6749 §3.3',
    why: 'No resource of this server has such a scope.',
    fix: 'Check the spelling, or add the scope to a resource.',
  },
  scope_not_allowed: {
    error: 'invalid_scope',
    spec: 'RFC 6749 §3.3',
    why: 'The client is not registered for a scope that it asked for.',
    fix: "Add the scope to the client's registration, or do not ask for it.",
  },
  resource_malformed: {
    error: 'invalid_target',
    spec: 'RFC 8707 §2',
    why: 'resource is not an absolute URI without a fragment.',
    fix: "Send the resource's identifier exactly as it is configured.",
  },
  resource_unknown: {
    error: 'invalid_target',
    spec: 'RFC 8707 §2',
    why: 'No such resource is known here, or this client may not use it.',
    fix: 'Check the identifier; allow the resource for the client.',
  },
  resources_several: {
    error: 'invalid_target',
    spec: 'RFC 8707 §2.2',
    why: 'One access token is for one resource.',
    fix: 'Ask for one resource in each token request.',
  },
  resource_not_granted: {
    error: 'invalid_target',
    spec: 'RFC 8707 §2.2',
    why: 'The resource was not part of what the person allowed.',
    fix: 'Ask for the resource at the authorization endpoint first.',
  },
  prompt_unknown: {
    error: 'invalid_request',
    spec: 'OpenID Connect Core §3.1.2.1',
    why: 'prompt holds a value that is not served.',
    fix: 'Send none, login, consent or select_account.',
  },
  prompt_none_not_alone: {
    error: 'invalid_request',
    spec: 'OpenID Connect Core §3.1.2.1',
    why: 'prompt=none was combined with another prompt.',
    fix: 'Send prompt=none alone.',
  },
  max_age_malformed: {
    error: 'invalid_request',
    spec: 'OpenID Connect Core §3.1.2.1',
    why: 'max_age is not a whole number of seconds.',
    fix: 'Send max_age as a non-negative integer.',
  },
  claims_malformed: {
    error: 'invalid_request',
    spec: 'OpenID Connect Core §5.5',
    why: 'claims is not a JSON object with the members userinfo and id_token, each naming claims with null or an object.',
    fix: 'Send claims as JSON, for example {"userinfo":{"name":{"essential":true}}}.',
  },
  subjects_differ: {
    error: 'invalid_request',
    spec: 'OpenID Connect Core §5.5.1',
    why: 'The request names several people: id_token_hint and each sub of claims must be the same one.',
    fix: 'Name one person, once.',
  },
  acr_unmet: {
    error: 'unmet_authentication_requirements',
    spec: 'OpenID Connect Core §5.5.1.1',
    why: 'The client insists on a way of signing in that this server does not have.',
    fix: 'Ask for one of acr_values_supported, or leave essential out and look at acr in the ID token.',
  },
  request_object_unsupported: {
    error: 'request_not_supported',
    spec: 'OpenID Connect Core §3.1.2.6',
    why: 'This server takes no request object.',
    fix: 'Send the parameters themselves.',
  },
  request_uri_unsupported: {
    error: 'request_uri_not_supported',
    spec: 'OpenID Connect Core §3.1.2.6',
    why: 'This server takes no request_uri.',
    fix: 'Send the parameters themselves.',
  },
  registration_unsupported: {
    error: 'registration_not_supported',
    spec: 'OpenID Connect Core §3.1.2.6',
    why: 'This server takes no registration parameter.',
    fix: 'Register the client first.',
  },
  id_token_hint_invalid: {
    error: 'invalid_request',
    spec: 'OpenID Connect Core §3.1.2.1',
    why: 'id_token_hint is not an ID token of this issuer.',
    fix: 'Send an ID token that this issuer gave to this client, or leave it out.',
  },

  // what the person decides (step 2)
  login_required: {
    error: 'login_required',
    spec: 'OpenID Connect Core §3.1.2.6',
    why: 'prompt=none was sent and the person is not signed in, or not freshly enough.',
    fix: 'Send the person here without prompt=none.',
  },
  consent_required: {
    error: 'consent_required',
    spec: 'OpenID Connect Core §3.1.2.6',
    why: 'prompt=none was sent and the person has not allowed this yet.',
    fix: 'Send the person here without prompt=none.',
  },
  account_selection_required: {
    error: 'account_selection_required',
    spec: 'OpenID Connect Core §3.1.2.6',
    why: 'prompt=none was sent and several accounts are signed in.',
    fix: 'Send login_hint or id_token_hint, or leave prompt=none out.',
  },
  person_refused: {
    error: 'access_denied',
    spec: 'RFC 6749 §4.1.2.1',
    why: 'The person chose not to allow it.',
    fix: 'Nothing is wrong; say in the app that it was not allowed, and let the person try again.',
  },
  interaction_unknown: {
    error: 'invalid_request',
    spec: 'OpenID Connect Core §3.1.2.3',
    why: 'The browser did not send the cookie of this sign-in.',
    fix: 'Allow cookies for this site; start again in one browser and one host name.',
  },
  interaction_expired: {
    error: 'invalid_request',
    spec: 'OpenID Connect Core §3.1.2.3',
    why: 'The sign-in page waited longer than its lifetime.',
    fix: 'Start again from the app.',
  },
  form_not_from_here: {
    error: 'invalid_request',
    spec: 'RFC 6749 §10.12',
    why: 'The form was not sent by a page of this server.',
    fix: 'Open the page again and send its own form.',
  },
  credentials_wrong: {
    error: 'access_denied',
    spec: 'OpenID Connect Core §3.1.2.3',
    why: 'The account and password do not match.',
    fix: 'Check both.',
  },
  sign_in_slowed_down: {
    error: 'access_denied',
    spec: 'OWASP ASVS §2.2.1',
    why: 'Too many wrong passwords from this network for this account.',
    fix: 'Wait as long as the page says.',
  },

  // the token request (step 4)
  grant_type_missing: {
    error: 'invalid_request',
    spec: 'RFC 6749 §5.2',
    why: 'The request has no grant_type.',
    fix: 'Send grant_type=authorization_code, refresh_token or client_credentials.',
  },
  grant_type_unsupported: {
    error: 'unsupported_grant_type',
    spec: 'RFC 6749 §5.2',
    why: 'This server does not serve the grant type.',
    fix: 'Send one of the grant types that the metadata lists.',
  },
  grant_type_not_allowed: {
    error: 'unauthorized_client',
    spec: 'RFC 6749 §5.2',
    why: 'The client is not registered for the grant type.',
    fix: "Add the grant type to the client's grant_types.",
  },
  code_unknown: {
    error: 'invalid_grant',
    spec: 'RFC 6749 §5.2',
    why: 'No such authorization code exists at this issuer.',
    fix: 'Check that the code comes from this issuer and was not decoded or shortened on the way.',
  },
  code_of_another_client: {
    error: 'invalid_grant',
    spec: 'RFC 6749 §4.1.3',
    why: 'The code was issued to a different client.',
    fix: 'Redeem a code with the client that asked for it.',
  },
  code_replayed: {
    error: 'invalid_grant',
    spec: 'RFC 6749 §4.1.2',
    why: 'The code was already redeemed; every token it gave is revoked.',
    fix: 'Redeem a code once; do not retry the callback page, and keep the tokens of the first answer.',
  },
  code_expired: {
    error: 'invalid_grant',
    spec: 'RFC 6749 §4.1.2',
    why: 'The code is older than its lifetime.',
    fix: 'Redeem the code at once when the browser brings it.',
  },
  redirect_uri_changed: {
    error: 'invalid_grant',
    spec: 'RFC 6749 §4.1.3',
    why: 'redirect_uri differs from the one in the authorization request.',
    fix: 'Send the same redirect_uri in both requests.',
  },
  code_verifier_missing: {
    error: 'invalid_grant',
    spec: 'RFC 7636 §4.6',
    why: 'The code is bound to a code_challenge, and no code_verifier was sent.',
    fix: 'Send the code_verifier that belongs to this sign-in.',
  },
  code_verifier_wrong: {
    error: 'invalid_grant',
    spec: 'RFC 7636 §4.6',
    why: 'SHA-256 of code_verifier is not the code_challenge.',
    fix: 'Keep the verifier in a cookie or record of its own for each sign-in, so that a second tab does not overwrite it.',
  },
  code_verifier_unexpected: {
    error: 'invalid_grant',
    spec: 'RFC 9700 §4.8.2',
    why: 'A code_verifier was sent for a code that has no code_challenge.',
    fix: 'Send code_challenge in the authorization request, or no code_verifier.',
  },
  refresh_token_unknown: {
    error: 'invalid_grant',
    spec: 'RFC 6749 §5.2',
    why: 'No such refresh token exists at this issuer.',
    fix: 'Sign the person in again; check that the token comes from this issuer.',
  },
  refresh_token_of_another_client: {
    error: 'invalid_grant',
    spec: 'RFC 6749 §6',
    why: 'The refresh token was issued to a different client.',
    fix: 'Use a refresh token with the client that it was given to.',
  },
  refresh_token_expired: {
    error: 'invalid_grant',
    spec: 'RFC 6749 §5.2',
    why: 'The refresh token was not used for longer than its lifetime.',
    fix: 'Sign the person in again.',
  },
  refresh_token_replayed: {
    error: 'invalid_grant',
    spec: 'RFC 9700 §4.14.2',
    why: 'The refresh token had been replaced and the time for a retry is over; its whole family is revoked.',
    fix: 'Store the newest refresh token before using it, and let one process refresh at a time.',
  },
  grant_revoked: {
    error: 'invalid_grant',
    spec: 'RFC 6749 §5.2',
    why: 'The person, the client or an administrator ended this access.',
    fix: 'Sign the person in again.',
  },
  person_unavailable: {
    error: 'invalid_grant',
    spec: 'RFC 6749 §5.2',
    why: 'The account is turned off or gone.',
    fix: "Nothing to do for the client; the account's owner can ask for help.",
  },
  scope_exceeds_grant: {
    error: 'invalid_scope',
    spec: 'RFC 6749 §6',
    why: 'The request asks for more than was granted.',
    fix: 'Ask for the further scope at the authorization endpoint.',
  },
  grant_needs_credentials: {
    error: 'unauthorized_client',
    spec: 'RFC 6749 §4.4',
    why: 'A public client has nothing to prove that it acts for itself.',
    fix: 'Register the client with a secret or a key, or let a person allow the access.',
  },
  openid_scope_without_person: {
    error: 'invalid_scope',
    spec: 'RFC 6749 §4.4',
    why: 'A client acting for itself has no person to identify.',
    fix: 'Leave openid, profile, email, address, phone and offline_access out.',
  },

  // client authentication
  client_authentication_missing: {
    error: 'invalid_client',
    spec: 'RFC 6749 §3.2.1',
    why: 'The request does not say which client sends it.',
    fix: 'Authenticate the client with its registered method.',
  },
  client_authentication_several: {
    error: 'invalid_request',
    spec: 'RFC 6749 §2.3',
    why: 'The client authenticated in more than one way.',
    fix: 'Use one method only.',
  },
  client_authentication_malformed: {
    error: 'invalid_client',
    spec: 'RFC 6749 §2.3.1',
    why: "The Authorization header can't be read.",
    fix: 'Send Basic with client_id and client_secret, each form-encoded, joined by a colon, in base64.',
  },
  client_authentication_method_wrong: {
    error: 'invalid_client',
    spec: 'OpenID Connect Core §9',
    why: 'The client authenticated by a method that it is not registered for.',
    fix: 'Use the token_endpoint_auth_method of the registration.',
  },
  client_secret_wrong: {
    error: 'invalid_client',
    spec: 'RFC 6749 §5.2',
    why: 'The client secret does not match.',
    fix: "Check for another environment's secret, a trailing newline, or a value that was encoded twice.",
  },
  client_slowed_down: {
    error: 'temporarily_unavailable',
    spec: 'RFC 6749 §2.3.1',
    why: 'Too many wrong secrets for this client came from this network, so that no secret of it is heard from there for a while.',
    fix: 'Wait as long as Retry-After says, and look which instance sends secrets that are not the registered one.',
  },
  client_secret_expired: {
    error: 'invalid_client',
    spec: 'RFC 7591 §3.2.1',
    why: 'The client secret is past its expiry.',
    fix: "Use the client's newer secret.",
  },
  assertion_malformed: {
    error: 'invalid_client',
    spec: 'RFC 7523 §3',
    why: 'client_assertion is not a signed JWT that can be read.',
    fix: 'Send a compact JWS and client_assertion_type jwt-bearer.',
  },
  assertion_key_unknown: {
    error: 'invalid_client',
    spec: 'RFC 7523 §3',
    why: 'No registered key of the client verifies the assertion.',
    fix: "Register the public key, with the kid that the assertion's header names.",
  },
  assertion_signature_wrong: {
    error: 'invalid_client',
    spec: 'RFC 7523 §3',
    why: "The assertion's signature does not verify.",
    fix: 'Sign with the private half of the registered key.',
  },
  assertion_algorithm_refused: {
    error: 'invalid_client',
    spec: 'RFC 8725 §3.1',
    why: 'The assertion is signed with an algorithm that is not accepted for this client.',
    fix: 'Use the registered token_endpoint_auth_signing_alg, or ES256.',
  },
  assertion_issuer_wrong: {
    error: 'invalid_client',
    spec: 'RFC 7523 §3',
    why: 'iss and sub of the assertion are not both the client_id.',
    fix: 'Set iss and sub to the client_id.',
  },
  assertion_audience_wrong: {
    error: 'invalid_client',
    spec: 'RFC 10070',
    why: "The assertion's only audience must be the issuer.",
    fix: "Set aud to the issuer's identifier, a single string.",
  },
  assertion_expired: {
    error: 'invalid_client',
    spec: 'RFC 7523 §3',
    why: 'The assertion is expired, not yet valid, or lives too long.',
    fix: 'Make a new assertion for each request, valid for a minute; check the clock.',
  },
  assertion_replayed: {
    error: 'invalid_client',
    spec: 'RFC 7523 §3',
    why: 'An assertion with this jti was used before.',
    fix: 'Make a new assertion with a new jti for each request.',
  },

  // protected requests at the authorization server
  token_missing: {
    error: 'invalid_token',
    spec: 'RFC 6750 §3',
    why: 'No access token was sent.',
    fix: 'Send Authorization: Bearer and the access token.',
  },
  token_several: {
    error: 'invalid_request',
    spec: 'RFC 6750 §2',
    why: 'The access token was sent in more than one way.',
    fix: 'Send it in the Authorization header only.',
  },
  token_invalid: {
    error: 'invalid_token',
    spec: 'RFC 6750 §3.1',
    why: 'The access token is unknown, expired or revoked here.',
    fix: 'Refresh the token or sign the person in again.',
  },
  token_lacks_openid: {
    error: 'insufficient_scope',
    spec: 'OpenID Connect Core §5.3',
    why: 'The access token was not issued for the openid scope.',
    fix: 'Ask for scope openid.',
  },
  token_of_another_client: {
    error: 'unauthorized_client',
    spec: 'RFC 7009 §2.1',
    why: 'The token was issued to a different client.',
    fix: 'Revoke a token with the client that it was given to.',
  },
  introspection_not_allowed: {
    error: 'invalid_client',
    spec: 'RFC 7662 §2.1',
    why: 'A public client may not introspect tokens.',
    fix: 'Authenticate as a resource server with a secret or key.',
  },

  // transport
  not_found: {
    error: 'invalid_request',
    spec: 'RFC 9110 §15.5.5',
    why: 'There is nothing at this address.',
    fix: "Take the endpoints' addresses from the issuer's metadata.",
  },
  method_not_allowed: {
    error: 'invalid_request',
    spec: 'RFC 6749 §3.2',
    why: 'The endpoint does not serve this HTTP method.',
    fix: 'Use the method that the Allow header names.',
  },
  content_type_wrong: {
    error: 'invalid_request',
    spec: 'RFC 6749 §4.1.3',
    why: 'The body is not application/x-www-form-urlencoded.',
    fix: 'Send the parameters form-encoded, not as JSON.',
  },
  body_malformed: {
    error: 'invalid_request',
    spec: 'RFC 6749 appendix B',
    why: 'The body or query is not valid UTF-8 form encoding.',
    fix: 'Percent-encode every parameter as UTF-8.',
  },
  body_too_large: {
    error: 'invalid_request',
    spec: 'RFC 9110 §15.5.14',
    why: 'The request is larger than this server accepts.',
    fix: 'Send less.',
  },
  rate_limited: {
    error: 'temporarily_unavailable',
    spec: 'RFC 6585 §4',
    why: 'Too many requests.',
    fix: 'Wait as long as Retry-After says.',
  },
  storage_unavailable: {
    error: 'temporarily_unavailable',
    spec: 'RFC 6749 §4.1.2.1',
    why: "The server can't reach its storage.",
    fix: 'Try again in a moment; nothing was spent.',
  },
  server_error: {
    error: 'server_error',
    spec: 'RFC 6749 §4.1.2.1',
    why: 'Something unexpected went wrong on the server.',
    fix: 'Try again; if it stays, give the reference to the operator.',
  },

  // the client's own checks (steps 3, 5, 7)
  attempt_unknown: {
    error: 'invalid_request',
    spec: 'RFC 6749 §10.12',
    why: 'The response that came back is not to a sign-in that this browser started.',
    fix: 'Use one host name in the browser and in the redirect address; allow cookies; do not open the callback twice.',
  },
  attempt_expired: {
    error: 'invalid_request',
    spec: 'RFC 9700 §4.7',
    why: 'The sign-in was started too long ago.',
    fix: 'Start again.',
  },
  state_missing: {
    error: 'invalid_request',
    spec: 'RFC 6749 §10.12',
    why: 'The response carries no state.',
    fix: 'The provider must return state unchanged.',
  },
  issuer_missing: {
    error: 'invalid_request',
    spec: 'RFC 9207 §2.4',
    why: 'The provider promises iss in its responses, and this one has none.',
    fix: 'The response may come from another provider; start again.',
  },
  issuer_mismatch: {
    error: 'invalid_request',
    spec: 'RFC 9207 §2.4',
    why: 'The response names another issuer than the one the sign-in was sent to.',
    fix: 'Check the configured issuer, character for character; otherwise it is a mix-up attack.',
  },
  discovery_failed: {
    error: 'server_error',
    spec: 'RFC 8414 §3.3',
    why: "The provider's metadata can't be had or names another issuer.",
    fix: "Check the issuer's URL: scheme, host, path and trailing slash.",
  },
  provider_refused: {
    error: 'access_denied',
    spec: 'RFC 6749 §4.1.2.1',
    why: 'The provider answered with an error.',
    fix: "The error's name and description say what it did not like.",
  },
  id_token_invalid: {
    error: 'invalid_grant',
    spec: 'OpenID Connect Core §3.1.3.7',
    why: 'The ID token does not pass validation.',
    fix: 'Check issuer, client_id, clock and keys.',
  },
  token_response_invalid: {
    error: 'invalid_grant',
    spec: 'RFC 6749 §5.1',
    why: 'The token response is not what the standard says.',
    fix: "Look at the provider's answer in the record.",
  },
  userinfo_invalid: {
    error: 'invalid_grant',
    spec: 'OpenID Connect Core §5.3.4',
    why: 'What the userinfo endpoint says is not about this person, or not from this provider.',
    fix: 'Check how userinfo is signed and encrypted at the provider, and in the settings.',
  },
  logout_hint_missing: {
    error: 'invalid_request',
    spec: 'OpenID Connect RP-Initiated Logout §3',
    why: 'post_logout_redirect_uri came without an ID token that shows whose address it is.',
    fix: 'Send the ID token of the session as id_token_hint.',
  },
  logout_hint_invalid: {
    error: 'invalid_request',
    spec: 'OpenID Connect RP-Initiated Logout §4',
    why: 'id_token_hint is not an ID token of this issuer as it was issued.',
    fix: 'Send the ID token that the person signed in with, unchanged; it may have expired.',
  },
  logout_client_mismatch: {
    error: 'invalid_request',
    spec: 'OpenID Connect RP-Initiated Logout §2',
    why: 'client_id is not whom the ID token in id_token_hint was issued to.',
    fix: 'Leave client_id out, or send the ID token of the same client.',
  },
  post_logout_redirect_uri_not_registered: {
    error: 'invalid_request',
    spec: 'OpenID Connect RP-Initiated Logout §3',
    why: 'post_logout_redirect_uri is not, character for character, one that the client registered.',
    fix: 'Register it in post_logout_redirect_uris; what should come back with it goes into state.',
  },
  logout_not_delivered: {
    error: 'server_error',
    spec: 'OpenID Connect Back-Channel Logout §2.8',
    why: 'The client did not accept the logout token, or could not be reached.',
    fix: 'Look whether its backchannel_logout_uri answers with 200 in time; the record says how it answered.',
  },
  logout_token_invalid: {
    error: 'invalid_request',
    spec: 'OpenID Connect Back-Channel Logout §2.6',
    why: 'The logout token does not pass validation.',
    fix: 'Check issuer, client_id, clock and keys; each logout token is good once.',
  },
  logout_notice_wrong: {
    error: 'invalid_request',
    spec: 'OpenID Connect Front-Channel Logout §3',
    why: 'The notice that a session has ended is not about a session of this provider.',
    fix: 'Register the client with frontchannel_logout_session_required, so that iss and sid come with it.',
  },
  sign_out_unknown: {
    error: 'invalid_request',
    spec: 'OpenID Connect RP-Initiated Logout §3',
    why: 'The browser came back from signing out at a provider, with a state that no sign-out here was given.',
    fix: 'Look whether you are still signed in; the provider must return state as it was sent.',
  },
  provider_unknown: {
    error: 'invalid_request',
    spec: 'OpenID Connect Core §4',
    why: 'A sign-in was to begin at an issuer that is not configured here.',
    fix: 'Configure the provider, or correct iss; it counts character for character.',
  },
  registration_failed: {
    error: 'server_error',
    spec: 'RFC 7591 §3.2',
    why: 'The provider did not register this client, or not in a way that can work.',
    fix: 'Look at the error it answered with; perhaps it wants an initial access token.',
  },
  return_to_refused: {
    error: 'invalid_request',
    spec: 'RFC 9700 §4.11',
    why: 'The page to return to is not a path of this site.',
    fix: 'Give a path that begins with one slash.',
  },
  session_missing: {
    error: 'invalid_token',
    spec: 'RFC 6750 §3.1',
    why: 'Nobody is signed in.',
    fix: 'Sign the person in.',
  },
  session_cannot_renew: {
    error: 'invalid_grant',
    spec: 'RFC 6749 §6',
    why: "The access token is over and can't be renewed.",
    fix: 'Sign the person in again; ask for offline_access if access must last.',
  },
  session_too_large: {
    error: 'server_error',
    spec: 'RFC 6265 §6.1',
    why: 'The session does not fit into cookies.',
    fix: "Keep sessions on the server with session: { kind: 'store' }, or ask the provider for less.",
  },
  client_settings_wrong: {
    error: 'server_error',
    spec: 'RFC 6749 §2',
    why: 'The client is not configured in a way that can work.',
    fix: 'Correct the setting.',
  },
  provider_unavailable: {
    error: 'temporarily_unavailable',
    spec: 'RFC 6749 §4.1.2.1',
    why: 'The provider does not answer.',
    fix: 'Try again; the session is kept.',
  },

  // the guard (step 6)
  token_malformed: {
    error: 'invalid_token',
    spec: 'RFC 9068 §4',
    why: 'The access token is not one that this guard can read.',
    fix: 'Send the access token, whole, as it was received.',
  },
  token_type_wrong: {
    error: 'invalid_token',
    spec: 'RFC 9068 §4',
    why: 'The token is of another kind, an ID token for example.',
    fix: 'Send the access token.',
  },
  token_algorithm_refused: {
    error: 'invalid_token',
    spec: 'RFC 8725 §3.1',
    why: 'The token is signed with an algorithm that is not accepted here.',
    fix: 'Configure the issuer and the guard for the same algorithm.',
  },
  token_key_unknown: {
    error: 'invalid_token',
    spec: 'RFC 9068 §4',
    why: "The issuer publishes no key with the token's kid.",
    fix: 'Check that the token comes from this issuer and not from another environment.',
  },
  token_signature_wrong: {
    error: 'invalid_token',
    spec: 'RFC 9068 §4',
    why: "The token's signature does not verify.",
    fix: 'The token was changed, or comes from elsewhere.',
  },
  token_issuer_wrong: {
    error: 'invalid_token',
    spec: 'RFC 9068 §4',
    why: 'The token comes from an issuer that is not trusted here.',
    fix: 'Configure the guard with the issuer that gives the tokens.',
  },
  token_audience_wrong: {
    error: 'invalid_token',
    spec: 'RFC 9068 §4',
    why: 'The token is for another resource.',
    fix: "Ask for a token with resource set to this API's identifier.",
  },
  token_expired: {
    error: 'invalid_token',
    spec: 'RFC 9068 §4',
    why: 'The access token is expired.',
    fix: 'Refresh it.',
  },
  token_not_yet_valid: {
    error: 'invalid_token',
    spec: 'RFC 7519 §4.1.5',
    why: 'The token is not valid yet.',
    fix: 'Check the clocks of issuer and API.',
  },
  token_inactive: {
    error: 'invalid_token',
    spec: 'RFC 7662 §2.2',
    why: 'The issuer says that the token is not active.',
    fix: 'Refresh it or sign the person in again.',
  },
  token_in_query: {
    error: 'invalid_request',
    spec: 'RFC 6750 §2.3',
    why: 'The access token was sent in the URL.',
    fix: 'Send it in the Authorization header.',
  },
  scope_insufficient: {
    error: 'insufficient_scope',
    spec: 'RFC 6750 §3.1',
    why: 'The access token lacks scope.',
    fix: 'Ask for all the scopes that the challenge names, together with those already held.',
  },
  token_extension_unknown: {
    error: 'invalid_token',
    spec: 'RFC 7515 §4.1.11',
    why: 'The token has header parameters that must be understood and are not.',
    fix: 'Configure the issuer to sign access tokens without the crit header.',
  },
  token_bound_to_key: {
    error: 'invalid_token',
    spec: 'RFC 9449 §7.2',
    why: 'The token is bound to a key, and this request does not prove that its sender holds it.',
    fix: 'Ask the issuer for a bearer token for this API.',
  },
  issuer_unavailable: {
    error: 'temporarily_unavailable',
    spec: 'RFC 9110 §15.6.4',
    why: "The issuer's keys, or its answer about a token, can't be had just now.",
    fix: 'Try again in a moment; check that the API can reach the issuer.',
  },
  guard_settings_wrong: {
    error: 'server_error',
    spec: 'RFC 9728 §2',
    why: "The guard is configured with a value it can't use.",
    fix: 'Correct the setting that the error names.',
  },
} as const satisfies Record<string, Refusal>

export type Reason = keyof typeof refusals

export type WireError = (typeof refusals)[Reason]['error']

/** What the wire says of each error: one short sentence that does not tell which check failed. */
export const wireDescriptions = {
  access_denied: 'The request was refused.',
  account_selection_required: 'The person must choose an account.',
  consent_required: 'The person must allow this first.',
  insufficient_scope: 'The access token lacks scope.',
  invalid_client: 'Client authentication failed.',
  invalid_grant: 'The grant is unknown, expired, used or revoked, or was issued to another client.',
  invalid_request: 'The request is missing something, repeats something, or is malformed.',
  invalid_scope: 'The scope is unknown, malformed or more than is allowed.',
  invalid_target: 'The resource is unknown, malformed or not allowed.',
  invalid_token: 'The access token is missing, expired, revoked or malformed.',
  login_required: 'The person must sign in.',
  registration_not_supported: 'The registration parameter is not supported.',
  request_not_supported: 'The request parameter is not supported.',
  request_uri_not_supported: 'The request_uri parameter is not supported.',
  server_error: 'Something unexpected went wrong.',
  temporarily_unavailable: 'Try again in a moment.',
  unauthorized_client: 'The client may not do this.',
  unmet_authentication_requirements: 'The demanded way of signing in is not possible.',
  unsupported_grant_type: 'The grant type is not supported.',
  unsupported_response_type: 'The response type is not supported.',
} as const satisfies Record<WireError, string>
