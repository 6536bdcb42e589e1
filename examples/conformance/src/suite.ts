/** Where the conformance suite is, and the addresses that it answers at for a plan of a given alias. */
export interface Suite {
  /** The address people open it at; without a slash at the end. */
  readonly base: string
  /** The `alias` of the plan's configuration: a part of every address that the suite gives. */
  readonly alias: string
}

export const usualSuite: Suite = { base: 'https://localhost.emobix.co.uk:8443', alias: 'symbolon' }

/** What the suite adds to its callback as its second client, to see that a registered query survives. */
export const secondQuery = '?dummy1=lorem&dummy2=ipsum'

export interface SuiteAddresses {
  readonly callback: string
  readonly secondCallback: string
  readonly postLogout: string
  readonly frontchannelLogout: string
  readonly backchannelLogout: string
}

export function addressesOf({ base, alias }: Suite): SuiteAddresses {
  const at = (name: string) => `${base}/test/a/${alias}/${name}`
  return {
    callback: at('callback'),
    secondCallback: `${at('callback')}${secondQuery}`,
    postLogout: at('post_logout_redirect'),
    frontchannelLogout: at('frontchannel_logout'),
    backchannelLogout: at('backchannel_logout'),
  }
}
