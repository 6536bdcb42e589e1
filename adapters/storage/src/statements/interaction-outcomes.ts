/** `interaction_outcomes`: what an interaction ended in, kept until the interaction would have expired, then swept. */
import type { InteractionOutcomeRecord } from '@symbolon/authorization-server/ports/records'
import { few } from '../few.ts'
import { spending, statement, type Values } from '../sql.ts'

type Row = { readonly interaction_hash: string; readonly sealed: string; readonly expires_at: number }

export const findOutcome = statement<{ interaction_hash: string }, Row>(
  'interaction_outcomes.find',
  `select interaction_hash, sealed, expires_at from interaction_outcomes
   where issuer_id = :issuer_id and interaction_hash = :interaction_hash`,
)

/** An interaction ends once: of two tabs that answer it, the second is lost and is shown what the first got. */
export const finishInteraction = spending<Row>(
  'interaction_outcomes.finish',
  `insert into interaction_outcomes (issuer_id, interaction_hash, sealed, expires_at)
   values (:issuer_id, :interaction_hash, :sealed, :expires_at)
   on conflict (issuer_id, interaction_hash) do nothing
   returning 1 as spent`,
)

export const dropOutcomes = statement<Values>(
  'interaction_outcomes.drop',
  `delete from interaction_outcomes where issuer_id = :issuer_id and interaction_hash in (${few})`,
)

export const outcomeRow = (outcome: InteractionOutcomeRecord): Row => ({
  interaction_hash: outcome.interactionHash,
  sealed: outcome.sealed,
  expires_at: outcome.expiresAt,
})

export const outcomeRecord = (row: Row): InteractionOutcomeRecord => ({
  interactionHash: row.interaction_hash,
  sealed: row.sealed,
  expiresAt: row.expires_at,
})
