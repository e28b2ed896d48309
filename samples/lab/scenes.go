package main

// allScenes are all scenes of the lab, in the order in which they are played.
func allScenes() []*scene {
	var all []*scene
	for _, list := range [][]*scene{articleScenes, matrixScenes()} {
		all = append(all, list...)
	}
	return all
}

var articleScenes = []*scene{
	{
		name: "article", balancer: nginxRewrites, proxy: beanstalk,
		sentence: "The load balancer rewrites Connection, nginx on the instance drops Upgrade and tries twice, and the application hangs up.",
		calls:    []call{{page("/first"), shake("/old"), page("/plain/after")}},
		got:      map[string]int{"/old": 502, "/plain/after": 200},
		views: []view{
			both(`want handshake target=/old verdict=rewritten certainty=proven status=502 sightings=4
              culprit=10.99.0.1:80|10.99.1.1 legs=client,instance,local,local
              findings=connection-rewritten:error,upgrade-dropped:error,handshake-unanswered:info
want source index=1 clockOffset=0 problems=none`),
		},
	},
}
